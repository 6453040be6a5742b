-- Applies a delivery report by rank: one that comes late, twice or out of order changes nothing, nor does one about
-- somebody who is not known (any more).
--
-- What is to be sent again and turns out to have arrived is taken back, unless it is on its way already.
--
-- KEYS  1 sent (hash of the message as it was sent, and its rank)   2 outbox   3 attempts   4 counts
--       5 person
-- ARGV  1 rank   2 status   3 retry at (s), or '' for no retry   4 how long to remember (s)   5 most attempts
--       6 the event to count
-- Returns 'stranger', 'old', 'noted', 'retry' or 'given up'.
if redis.call('EXISTS', KEYS[5]) == 0 then
  return 'stranger'
end
local rank = tonumber(redis.call('HGET', KEYS[1], 'rank') or '-1')
if rank >= tonumber(ARGV[1]) then
  return 'old'
end
redis.call('HSET', KEYS[1], 'rank', ARGV[1], 'status', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('HINCRBY', KEYS[4], ARGV[6], 1)
local m = redis.call('HMGET', KEYS[1], 'person', 'gateway', 'sender', 'priority', 'body', 'created', 'expires',
  'despite_stop', 'count')
if ARGV[3] == '' or not m[5] then
  if tonumber(ARGV[1]) >= 5 then
    local again = redis.call('HGET', KEYS[1], 'again')
    if again and string.sub(redis.call('HGET', KEYS[3], again) or '', 1, 6) == 'later:' then
      redis.call('XDEL', KEYS[2], again)
      redis.call('HDEL', KEYS[3], again)
    end
    redis.call('HDEL', KEYS[1], 'body', 'again')
  end
  return 'noted'
end
redis.call('HDEL', KEYS[1], 'body')
if tonumber(m[9]) >= tonumber(ARGV[5]) or tonumber(m[7]) < tonumber(ARGV[3]) then
  redis.call('HINCRBY', KEYS[4], 'given_up', 1)
  return 'given up'
end
local id = redis.call('XADD', KEYS[2], '*', 'person', m[1], 'gateway', m[2], 'sender', m[3], 'priority', m[4],
  'body', m[5], 'created', m[6], 'expires', m[7], 'despite_stop', m[8])
redis.call('HSET', KEYS[1], 'again', id)
redis.call('HSET', KEYS[3], id, 'later:' .. m[9] .. ':' .. ARGV[3])
return 'retry'
