-- snapshot now queue… -> {{agents ready, reserved, talking, wrapup, paused, phone away},
--                          {waiting, oldest wait, callbacks, how long one is overdue}…}
-- Reads arrivals, callbacks, states.
local agents = {}
for state, score in pairs(SCORE) do agents[score] = call('ZCOUNT', STATES, score, score) end
local reply = {agents}
for i = 2, #ARGV do
  local gauge = {}
  for _, index in ipairs({ARRIVALS, CALLBACKS}) do
    local _, since = first(index, ARGV[i])
    gauge[#gauge + 1] = count(index, ARGV[i])
    gauge[#gauge + 1] = since and span(since, now) or 0
  end
  reply[i] = gauge
end
return reply
