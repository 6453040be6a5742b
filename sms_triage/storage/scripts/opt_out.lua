-- Notes that a person told her provider to stop. A turn of hers that is under way conflicts and is made again.
--
-- KEYS  1 person (hash)   2 session   3 silences   4 followups
-- ARGV  1 person
if redis.call('HGET', KEYS[1], 'opted_out') == '2' then
  -- She is erased: the mark is all that is kept of her.
  redis.call('HDEL', KEYS[1], 'number', 'gateway', 'sender')
end
redis.call('HSET', KEYS[1], 'opted_out', '1')
redis.call('HINCRBY', KEYS[1], 'version', 1)
redis.call('PERSIST', KEYS[1])
redis.call('DEL', KEYS[2])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[1])
