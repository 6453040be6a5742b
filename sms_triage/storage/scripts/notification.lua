-- Puts a message to somebody into her partition's outbox, once, unless she opted out.
--
-- KEYS  1 seen (marks the notification as written)   2 person (hash)   3 outbox   4 awake   5 counts
-- ARGV  1 person   2 number (sealed)   3 gateway   4 sender   5 priority   6 body (sealed)   7 created (s)   8 expires (s)
--       9 how long to remember the notification (s)   10 awake (s)   11 how long to keep an idle person (s)   12 the event
-- Returns 1 when the caller must start a drain.
if not redis.call('SET', KEYS[1], '', 'NX', 'EX', ARGV[9]) then
  return 0
end
if redis.call('HGET', KEYS[2], 'opted_out') == '1' then
  return 0
end
if redis.call('HSETNX', KEYS[2], 'number', ARGV[2]) == 1 then
  redis.call('HSET', KEYS[2], 'gateway', ARGV[3], 'sender', ARGV[4])
  redis.call('EXPIRE', KEYS[2], ARGV[11])
end
local at = redis.call('HMGET', KEYS[2], 'gateway', 'sender')
redis.call('XADD', KEYS[3], '*', 'person', ARGV[1], 'gateway', at[1], 'sender', at[2], 'priority', ARGV[5], 'body', ARGV[6],
  'created', ARGV[7], 'expires', ARGV[8], 'despite_stop', '0')
redis.call('HINCRBY', KEYS[5], ARGV[12], 1)
if redis.call('SET', KEYS[4], '', 'NX', 'EX', ARGV[10]) then
  return 1
end
return 0
