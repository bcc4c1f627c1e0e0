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
  for _, id in ipairs(candidates(queue, requirement)) do
    local agent = agent_of(id)
    if fits(id, agent, queue, requirement) then
      able = able + 1
      if agent.state == 'ready' and not agent.away then ready = ready + 1 end
    end
  end
  return {after, 1, ready, able}
end

-- The way of the first alternative for which anybody works, else of the last.
local function way_of(after, requirement)
  local ways = alternatives(requirement)
  for i, one in ipairs(ways) do
    local line = one == '' and queue or line_named(queue, one)
    local open = line == queue or call('HEXISTS', HOLDERS, line) == 1
    if i == #ways or (open and at_work(line)) or (not open and would_work(queue, one)) then
      return open and way(after, line, behind, '') or way_unopened(after, one)
    end
  end
end

local ways = {}
for _, wish in ipairs(wished(4)) do
  if #ways == 0 then ways[1] = count(MEMBERS, queue) end
  ways[#ways + 1] = way_of(unpack(wish))
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
