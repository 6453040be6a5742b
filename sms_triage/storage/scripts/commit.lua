-- Everything one turn of a conversation changes, or nothing.
--
-- KEYS  1 seen      marks the inbound message as taken
--       2 person    hash: number (sealed), gateway, sender, opted_out (1; 2: erased), version, language (sealed),
--                   unreachable
--       3 session   string: the session (sealed)
--       4 outbox    stream: the replies that wait to leave
--       5 silences  sorted set: person -> when she is to be told what her answers justify
--       6 awake     set while a drain of the outbox is on its way
--       7 counts    hash: event -> how often
--       8 dialog    string: the USSD dialog (sealed)
--       9 case      string: the case (sealed)
--       10 followups  sorted set: person -> when a check-in is due
--       11 patient  string: a patient of this worker (sealed)   12 caseload  sorted set: patient -> place in the order
--       13 visits   sorted set: patient -> when a visit is due
--       14 confirmations  sorted set: worker:patient -> by when it is to be confirmed
--       15 owner    string: whose a new patient is (her number names this partition)
-- ARGV  1 the version the turn was made from   2 the session, or '' for none   3 its life in seconds
--       4 number (sealed)   5 gateway   6 sender   7 opted_out (0/1)   8 silence time, or ''
--       9 person   10 how long to remember the message (s), 0 for not at all   11 how long to keep an idle person (s)
--       12 awake (s)   13 language (sealed), or ''   14 dialog (sealed), or ''   15 its life (s)
--       16 case (sealed), or ''   17 its life (s)   18 when a check-in is due, or ''
--       19 how long the number is kept of a person who is erased (s), or '' if she is not
--       20 patient, or ''   21 she (sealed)   22 her place   23 what she was (sealed), '' for a new one
--       24 visit due, or ''   25 to be confirmed by, or ''
--       26 how many replies, then for each: priority, body (sealed), created, expires, despite_stop (0/1)
--       then the events
-- Returns {status, wake}: 'ok', 'duplicate' or 'conflict' (the person changed since); wake is 1 when the caller must
-- start a drain.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return {'duplicate', 0}
end
if (redis.call('HGET', KEYS[2], 'version') or '0') ~= ARGV[1] then
  return {'conflict', 0}
end
if ARGV[20] ~= '' and (redis.call('GET', KEYS[11]) or '') ~= ARGV[23] then
  -- Somebody reported on her meanwhile, or a new patient's number was given to another in this instant.
  return {'conflict', 0}
end
if ARGV[10] ~= '0' then
  redis.call('SET', KEYS[1], '', 'EX', ARGV[10])
end
redis.call('HSET', KEYS[2], 'number', ARGV[4], 'gateway', ARGV[5], 'sender', ARGV[6], 'opted_out', ARGV[7])
redis.call('HDEL', KEYS[2], 'unreachable')
if ARGV[13] ~= '' then
  redis.call('HSET', KEYS[2], 'language', ARGV[13])
end
if ARGV[14] ~= '' then
  redis.call('SET', KEYS[8], ARGV[14], 'EX', ARGV[15])
end
redis.call('HINCRBY', KEYS[2], 'version', 1)
if ARGV[7] == '1' then
  redis.call('PERSIST', KEYS[2])
else
  redis.call('EXPIRE', KEYS[2], ARGV[11])
end
if ARGV[2] == '' then
  redis.call('DEL', KEYS[3])
else
  redis.call('SET', KEYS[3], ARGV[2], 'EX', ARGV[3])
end
if ARGV[8] == '' then
  redis.call('ZREM', KEYS[5], ARGV[9])
else
  redis.call('ZADD', KEYS[5], ARGV[8], ARGV[9])
end
if ARGV[16] == '' then
  redis.call('DEL', KEYS[9])
else
  redis.call('SET', KEYS[9], ARGV[16], 'EX', ARGV[17])
  if ARGV[7] ~= '1' then
    redis.call('EXPIRE', KEYS[2], ARGV[17])
  end
end
if ARGV[18] == '' then
  redis.call('ZREM', KEYS[10], ARGV[9])
else
  redis.call('ZADD', KEYS[10], ARGV[18], ARGV[9])
end
if ARGV[20] ~= '' then
  redis.call('SET', KEYS[11], ARGV[21])
  if ARGV[23] == '' then
    redis.call('SET', KEYS[15], ARGV[9])
  end
  redis.call('ZADD', KEYS[12], ARGV[22], ARGV[20])
  if ARGV[24] == '' then
    redis.call('ZREM', KEYS[13], ARGV[20])
  else
    redis.call('ZADD', KEYS[13], ARGV[24], ARGV[20])
  end
  if ARGV[25] == '' then
    redis.call('ZREM', KEYS[14], ARGV[9] .. ':' .. ARGV[20])
  else
    redis.call('ZADD', KEYS[14], ARGV[25], ARGV[9] .. ':' .. ARGV[20])
  end
end
if ARGV[19] ~= '' then
  redis.call('DEL', KEYS[3], KEYS[8], KEYS[9])
  redis.call('HDEL', KEYS[2], 'language', 'unreachable')
  redis.call('HSET', KEYS[2], 'opted_out', '2')
  redis.call('EXPIRE', KEYS[2], ARGV[19])
end
local replies = tonumber(ARGV[26])
for place = 0, replies - 1 do
  local at = 27 + place * 5
  redis.call('XADD', KEYS[4], '*', 'person', ARGV[9], 'gateway', ARGV[5], 'sender', ARGV[6],
    'priority', ARGV[at], 'body', ARGV[at + 1], 'created', ARGV[at + 2], 'expires', ARGV[at + 3],
    'despite_stop', ARGV[at + 4])
end
for place = 27 + replies * 5, #ARGV do
  redis.call('HINCRBY', KEYS[7], ARGV[place], 1)
end
local wake = 0
if replies > 0 and redis.call('SET', KEYS[6], '', 'NX', 'EX', ARGV[12]) then
  wake = 1
end
return {'ok', wake}
