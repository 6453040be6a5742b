-- Notes that entries are about to be handed to the provider, so that after a crash it is known which may have been.
-- One that was taken out of the outbox meanwhile is left alone.
--
-- KEYS  1 lease   2 attempts (hash: entry id -> state:count:time)   3 outbox
-- ARGV  1 the drainer's token   2... entry id, the number of this attempt, and from when on to look it up (s), in threes
-- Returns for each entry 1, or 0 if it is not there any more; nothing at all if the lease was lost: then nothing may be
-- sent.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return {}
end
local begun = {}
for place = 2, #ARGV, 3 do
  local id = ARGV[place]
  local there = #redis.call('XRANGE', KEYS[3], id, id)
  if there == 1 then
    redis.call('HSET', KEYS[2], id, 'posted:' .. ARGV[place + 1] .. ':' .. ARGV[place + 2])
  end
  begun[#begun + 1] = there
end
return begun
