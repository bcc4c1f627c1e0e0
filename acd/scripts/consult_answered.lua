-- consult_answered now contact -> 1 whoever is consulted has picked up, 0 that was known, or is nobody
-- Writes agents, states, events.
local id = ARGV[2]
local contact = contact_of(id)
local asked = contact and contact.consult and contact.consult.agent
local agent = asked and agent_of(asked)
if not agent or agent.state ~= 'reserved' then return 0 end
move_agent(asked, agent, 'talking', now)
event('call.consult_answered', now, id, contact.queue, asked, 'offer', contact.consult.offer)
return 1
