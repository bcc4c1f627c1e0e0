-- unpause now agent by off -> status as in status.lua
--   by    the supervisor who wants it so, '' for the agent
--   off   1: a result that is owed need not be given; else 0
-- Ends a pause or a wrap-up. With a call: takes back a pause or logout asked for meanwhile. An agent
-- who owes a result gives that first; a supervisor lets them off.
-- Writes agents, ready, states, due, pace, events.
-- Errors: NOTLOGGEDIN, RESULTOWED
local id = ARGV[2]
local agent = agent_of(id)
if not agent then return redis.error_reply('NOTLOGGEDIN ' .. id) end
if not agent.after and agent.last and agent.last.owed and ARGV[3] == '' and ARGV[4] ~= '1' then
  return redis.error_reply('RESULTOWED ' .. id)
end
acted('unpause', ARGV[3], now, {agent = id})
if agent.after then
  do_after_call(id, agent, nil)
elseif agent.state == 'paused' or agent.state == 'wrapup' then
  agent.missed = nil
  start_idling(id, agent, now)
end
return status(id, agent)
