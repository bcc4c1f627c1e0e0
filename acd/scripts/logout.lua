-- logout now agent by -> status as in status.lua
--   by   the supervisor who wants it so, '' for the agent
-- With a call: after the call.
-- Writes agents, phones, members, ready, states, due, pace, events.
-- Errors: NOTLOGGEDIN
local id = ARGV[2]
local agent = agent_of(id)
if not agent then return redis.error_reply('NOTLOGGEDIN ' .. id) end
acted('logout', ARGV[3], now, {agent = id})
if has_call(agent) then
  do_after_call(id, agent, {state = 'logged_out'})
  return status(id, agent)
end
log_out(id, agent, now)
return status(id, nil)
