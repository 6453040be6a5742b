-- Keeps a message as it was sent, should it have to be sent again. A report may be quicker than the answer to the send:
-- of what is known to have arrived, or to have failed, no body is kept.
--
-- KEYS  1 sent (hash of the message, and its rank once it is reported)
-- ARGV  1 how long to remember (s)   2... fields and their values
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
if tonumber(redis.call('HGET', KEYS[1], 'rank') or '-1') >= 5 then
  redis.call('HDEL', KEYS[1], 'body')
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
