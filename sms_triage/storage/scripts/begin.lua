-- Notes that entries are about to be handed to the provider, so that after a crash it is known which may have been.
--
-- KEYS  1 lease   2 attempts (hash: entry id -> state:count:time)
-- ARGV  1 the drainer's token   2... entry id, the number of this attempt, and from when on to look it up (s), in threes
-- Returns 1, or 0 if the lease was lost: then nothing may be sent.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
for place = 2, #ARGV, 3 do
  redis.call('HSET', KEYS[2], ARGV[place], 'posted:' .. ARGV[place + 1] .. ':' .. ARGV[place + 2])
end
return 1
