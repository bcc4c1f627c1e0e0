-- status now agent phone -> {agent, state, reason, since, phone, queue…}, nil: no agent there
--   agent   '' asks for the agent at the phone
-- Reads agents, phones.
local id = ARGV[2]
if id == '' then id = call('HGET', PHONES, ARGV[3]) end
return id and status(id, agent_of(id))
