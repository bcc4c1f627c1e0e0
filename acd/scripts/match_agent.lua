-- match_agent now agent controller -> offer as in match.lua, nil: not ready, or nobody waits
-- The longest waiting contact over all lines of one agent: by effective arrival, each second of it
-- counted as many times as its queue weighs.
-- Writes as match.lua.
local agent_id = ARGV[2]
local agent = agent_of(agent_id)
if not agent or agent.state ~= 'ready' or agent.away then return false end
local weights = weights_of(agent.queues)
local id, longest
local function consider(line, candidate, time)
  if not candidate then return end
  local waited = now - time
  if weights then waited = waited * (weights[queue_of(line)] or 1) end
  if not longest or waited > longest then id, longest = candidate, waited end
end
for _, queue in ipairs(agent.queues) do consider(queue, first(WAITING, queue)) end
-- No more at once than Lua can hand over.
local lines, beside = lines_of(agent), #agent.queues + 1
for i = beside, #lines, 1000 do
  for n, head in ipairs(call('HMGET', HEADS, unpack(lines, i, math.min(i + 999, #lines)))) do
    if head then
      consider(lines[i + n - 1], string.sub(head, 16), tonumber(string.sub(head, 1, 14)))
    end
  end
end
if not id then return false end
return make_offer(id, contact_of(id), agent_id, agent, now, ARGV[3])
