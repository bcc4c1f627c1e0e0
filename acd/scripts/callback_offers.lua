-- callback_offers now controller -> {offer as in match.lua…} of callbacks that it has to call
-- Reads contacts, agents, owned.
local offers = {}
for _, id in ipairs(contacts_of(ARGV[2])) do
  local contact = contact_of(id)
  if contact.state == 'reserved' and not on_line(contact) and not contact.dialled then
    offers[#offers + 1] = offer_of(id, contact, agent_of(contact.agent))
  end
end
return offers
