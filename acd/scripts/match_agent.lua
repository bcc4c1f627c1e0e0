-- match_agent now agent controller -> offer as in match.lua, nil: not ready, or nobody waits
-- The longest waiting contact (by effective arrival) over all lines of one agent.
-- Writes as match.lua.
local agent_id = ARGV[2]
local agent = agent_of(agent_id)
if not agent or agent.state ~= 'ready' or agent.away then return false end
local id, since
for _, line in ipairs(lines_of(agent)) do
  local candidate, time = first(WAITING, line)
  if candidate and (not since or time < since) then id, since = candidate, time end
end
if not id then return false end
return make_offer(id, contact_of(id), agent_id, agent, now, ARGV[3])
