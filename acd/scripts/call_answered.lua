-- call_answered now agent call -> 1 they talk, 0 they did already, or the call is over
-- Whom the agent calls has picked up.
-- Writes agents, events.
local id = ARGV[2]
local agent = agent_of(id)
local own = agent and agent.calling
if not own or own.call ~= ARGV[3] or own.answered then return 0 end
own.answered = now
call('HSET', AGENTS, id, cjson.encode(agent))
event('agent.call_answered', now, '', '', id, 'call', own.call)
return 1
