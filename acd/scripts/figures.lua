-- figures now queue credit [after requirement…] -> {waiting, callbacks, oldest wait, logged in, ready,
--                                                  position, {pace}, {ways}}
--   credit, after, requirement   as in join.lua, of somebody who joined now, to whom position and
--                                ways belong; these are as in place.lua
-- Reads arrivals, callbacks, members, ready, waiting, pace, holders, agents.
local queue = ARGV[2]
local _, since = first(ARRIVALS, queue)
local behind = math.max(0, now - tonumber(ARGV[3])) + 1

-- A line that nobody has required yet is not opened for somebody who may never join.
local function way_unopened(after, requirement)
  local ready, able = 0, 0
  for _, id in ipairs(members_of(queue)) do
    local agent = agent_of(id)
    if fits(agent, requirement) then
      able = able + 1
      if agent.state == 'ready' and not agent.away then ready = ready + 1 end
    end
  end
  return {after, 1, ready, able}
end

local ways = {}
for i = 4, #ARGV, 2 do
  local after, requirement, line = tonumber(ARGV[i]), ARGV[i + 1], queue
  if requirement ~= '' then line = line_named(queue, requirement) end
  if #ways == 0 then ways[1] = count(MEMBERS, queue) end
  if line == queue or call('HEXISTS', HOLDERS, line) == 1 then
    ways[#ways + 1] = way(after, line, behind, '')
  else
    ways[#ways + 1] = way_unopened(after, requirement)
  end
end
return {
  count(ARRIVALS, queue),
  count(CALLBACKS, queue),
  since and span(since, now) or 0,
  count(MEMBERS, queue),
  count(READY, queue),
  position_of(queue, behind, ''),
  {pace_of(queue)},
  ways,
}
