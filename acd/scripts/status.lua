-- status now agent phone -> {agent, state, reason, since, phone, end of the wrap-up (0: none),
--                           JSON of `last` or '', queue…}, nil: no agent there
--   agent   '' asks for the agent at the phone
-- Reads agents, phones, due.
local id = ARGV[2]
if id == '' then id = call('HGET', PHONES, ARGV[3]) end
return id and status(id, agent_of(id))
