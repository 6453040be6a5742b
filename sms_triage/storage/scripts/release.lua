-- Gives a partition back, unless something came in since the drainer last read: then it has to read again.
-- What the drainer leaves behind on purpose (not yet due) is taken up by the next sweep.
--
-- KEYS  1 lease   2 outbox   3 effects   4 awake
-- ARGV  1 the drainer's token   2 the id of the last message it read   3 of the last effect
-- Returns 1 if it was given back (or was lost before), 0 if there is more to read.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 1
end
for place = 2, 3 do
  if #redis.call('XRANGE', KEYS[place], '(' .. ARGV[place], '+', 'COUNT', 1) > 0 then
    return 0
  end
end
redis.call('DEL', KEYS[1], KEYS[4])
return 1
