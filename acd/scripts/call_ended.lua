-- call_ended now agent call outcome at -> 1, 0 it was over already
--   outcome   talked, no_answer, busy, unreachable, cancelled
--   at        when they began to talk, of `talked` alone; else ''
-- The agent's own call is over. Their phone is theirs again when Asterisk says that it is free.
-- Writes agents, events.
local id, at = ARGV[2], tonumber(ARGV[5])
local agent = agent_of(id)
local own = agent and agent.calling
if not own or own.call ~= ARGV[3] then return 0 end
if at and not own.answered then
  own.answered = math.min(now, at)
  event('agent.call_answered', own.answered, '', '', id, 'call', own.call)
end
end_own_call(id, agent, now, ARGV[4])
call('HSET', AGENTS, id, cjson.encode(agent))
return 1
