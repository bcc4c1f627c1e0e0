-- pause now agent reason by -> status as in status.lua
--   by   the supervisor who wants it so, '' for the agent
-- With a call: after the call. Paused already: the reason changes.
-- Writes agents, ready, states, due, pace, events.
-- Errors: NOTLOGGEDIN
-- Needs steps.lua.
local id, reason = ARGV[2], ARGV[3]
local agent = agent_of(id)
if not agent then return redis.error_reply('NOTLOGGEDIN ' .. id) end
acted('pause', ARGV[4], now, {agent = id, reason = reason})
if has_call(agent) then
  do_after_call(id, agent, {state = 'paused', reason = reason})
elseif agent.state ~= 'paused' or agent.reason ~= reason then
  move_agent(id, agent, 'paused', now, reason)
end
return status(id, agent)
