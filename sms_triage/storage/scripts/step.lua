-- A step: guards, which say what must still be so, then writes; all of it, or nothing. See `storage/step.py`.
--
-- KEYS  every key that the step touches
-- ARGV  one call after the other, each of these words:
--       1 'write', 'wake' (a write whose success means that the caller must start a drain), or for a guard the
--         status to return when it does not hold   2 what a guard's call must answer ('' for nothing)
--       3 the command   4 the number of its key   5 how many words follow   6... those words
-- Returns {status, wake}: 'ok' or the status of the first guard that does not hold; wake is 0 or 1.
local wake, at = 0, 1
while at <= #ARGV do
  local kind, words = ARGV[at], tonumber(ARGV[at + 4])
  local answer = redis.call(ARGV[at + 2], KEYS[tonumber(ARGV[at + 3])], unpack(ARGV, at + 5, at + 4 + words))
  if kind == 'wake' then
    wake = answer and 1 or wake
  elseif kind ~= 'write' and tostring(answer or '') ~= ARGV[at + 1] then
    return {kind, 0}
  end
  at = at + 5 + words
end
return {'ok', wake}
