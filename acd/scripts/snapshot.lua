-- snapshot now queue… -> {{agents ready, reserved, talking, wrapup, paused},
--                          {waiting, oldest wait}…}
-- Reads arrivals, states.
local agents = {}
for state, score in pairs(SCORE) do agents[score] = call('ZCOUNT', STATES, score, score) end
local reply = {agents}
for i = 2, #ARGV do
  local _, since = first(ARRIVALS, ARGV[i])
  reply[i] = {count(ARRIVALS, ARGV[i]), since and span(since, now) or 0}
end
return reply
