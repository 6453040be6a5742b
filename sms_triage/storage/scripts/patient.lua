-- Keeps a patient as somebody else than her worker changed her, unless she changed meanwhile.
--
-- KEYS  1 patient   2 caseload   3 visits   4 confirmations
-- ARGV  1 what she was (sealed), as read   2 what she is (sealed)   3 patient   4 her place   5 visit due, or ''
--       6 worker:patient   7 to be confirmed by, or ''
-- Returns 1, or 0 if she changed: read again.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[3])
if ARGV[5] == '' then
  redis.call('ZREM', KEYS[3], ARGV[3])
else
  redis.call('ZADD', KEYS[3], ARGV[5], ARGV[3])
end
if ARGV[7] == '' then
  redis.call('ZREM', KEYS[4], ARGV[6])
else
  redis.call('ZADD', KEYS[4], ARGV[7], ARGV[6])
end
return 1
