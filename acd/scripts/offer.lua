-- offer now contact -> offer as in match.lua (ringing or talking), nil: none
-- Reads contacts, agents.
local id = ARGV[2]
local contact = contact_of(id)
if not contact or not contact.offer then return false end
return offer_of(id, contact, agent_of(contact.agent))
