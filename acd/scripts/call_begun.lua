-- call_begun now agent phone call node -> 1
--   call   what the agent's own call is known by
--   node   whose Asterisk makes it
-- The agent calls somebody. Their phone is in use from now on, whoever has heard of it yet; nothing
-- is offered until it is free. Their state stays what it is.
-- Writes agents, devices, ready, states, due, events.
-- Errors: NOTLOGGEDIN (or at another phone), AGENTBUSY
local id, phone = ARGV[2], ARGV[3]
local agent = agent_of(id)
if not agent or agent.phone ~= phone then return redis.error_reply('NOTLOGGEDIN ' .. id) end
if has_call(agent) or agent.calling then return redis.error_reply('AGENTBUSY ' .. id) end
node_lives(ARGV[5], now)
heard(phone, ARGV[5], 'in_use')
agent = agent_of(id)
phone_is(id, agent, now)
agent.calling = {call = ARGV[4]}
call('HSET', AGENTS, id, cjson.encode(agent))
event('agent.call_begun', now, '', '', id, 'call', ARGV[4])
return 1
