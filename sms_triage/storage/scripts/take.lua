-- Takes or keeps the right to drain one partition, if there is anything to send or to carry out.
--
-- KEYS  1 lease   2 outbox   3 effects   4 awake
-- ARGV  1 the drainer's token   2 the lease (ms)
-- Returns 1 if the drainer held the partition and still does, 2 if it took it just now, 0 if it does not hold it.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
  return 0
end
if not holder and redis.call('XLEN', KEYS[2]) == 0 and redis.call('XLEN', KEYS[3]) == 0 then
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('SET', KEYS[4], '', 'PX', ARGV[2])
return holder and 1 or 2
