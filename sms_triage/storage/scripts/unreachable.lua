-- Notes that a number cannot be reached, if it is known (any more).
--
-- KEYS  1 person (hash)
-- ARGV  1 the provider's reason
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HSET', KEYS[1], 'unreachable', ARGV[1])
end
