-- How many messages a sender may send now, over all workers (generic cell rate algorithm, on the server's clock).
--
-- KEYS  1 rate (the theoretical time of the next message, microseconds)
-- ARGV  1 messages per second   2 how many may go at once   3 how many are wanted
-- Returns {granted, milliseconds until one more may go}.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local interval = 1000000 / tonumber(ARGV[1])
local next_at = math.max(now, tonumber(redis.call('GET', KEYS[1]) or '0'))
local free = math.floor((now + interval * tonumber(ARGV[2]) - next_at) / interval)
local granted = math.max(0, math.min(free, tonumber(ARGV[3])))
if granted > 0 then
  next_at = next_at + granted * interval
  redis.call('SET', KEYS[1], string.format('%.0f', next_at), 'PX', math.ceil((next_at - now) / 1000) + 1000)
end
local wait = math.max(0, next_at + interval - now - interval * tonumber(ARGV[2])) / 1000
return {granted, math.ceil(wait)}
