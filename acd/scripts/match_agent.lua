-- match_agent now agent controller -> offer as in match.lua, nil: not ready, or nobody waits
-- The longest waiting contact (by effective arrival) over all lines of one agent.
-- Writes as match.lua.
local agent_id = ARGV[2]
local agent = agent_of(agent_id)
if not agent or agent.state ~= 'ready' or agent.away then return false end
local id, since
local function consider(candidate, time)
  if candidate and (not since or time < since) then id, since = candidate, time end
end
for _, queue in ipairs(agent.queues) do consider(first(WAITING, queue)) end
-- No more at once than Lua can hand over.
local lines, beside = lines_of(agent), #agent.queues + 1
for i = beside, #lines, 1000 do
  for _, head in ipairs(call('HMGET', HEADS, unpack(lines, i, math.min(i + 999, #lines)))) do
    if head then consider(string.sub(head, 16), tonumber(string.sub(head, 1, 14))) end
  end
end
if not id then return false end
return make_offer(id, contact_of(id), agent_id, agent, now, ARGV[3])
