-- Gives a partition back, unless replies came in since the drainer last read: then it has to read again.
-- What the drainer leaves behind on purpose (not yet due) is taken up by the next sweep.
--
-- KEYS  1 lease   2 outbox   3 awake
-- ARGV  1 the drainer's token   2 the id of the last entry it read
-- Returns 1 if it was given back (or was lost before), 0 if there is more to read.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 1
end
if #redis.call('XRANGE', KEYS[2], '(' .. ARGV[2], '+', 'COUNT', 1) > 0 then
  return 0
end
redis.call('DEL', KEYS[1], KEYS[3])
return 1
