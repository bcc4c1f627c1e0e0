-- pause now agent reason -> status as in status.lua
-- With a call: after the call. Paused already: the reason changes.
-- Writes agents, ready, states, due, events.
-- Errors: NOTLOGGEDIN
local id, reason = ARGV[2], ARGV[3]
local agent = agent_of(id)
if not agent then return redis.error_reply('NOTLOGGEDIN ' .. id) end
if has_call(agent) then
  agent.after = {state = 'paused', reason = reason}
  call('HSET', AGENTS, id, cjson.encode(agent))
elseif agent.state ~= 'paused' or agent.reason ~= reason then
  move_agent(id, agent, 'paused', now, reason)
end
return status(id, agent)
