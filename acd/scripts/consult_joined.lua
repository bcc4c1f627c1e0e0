-- consult_joined now contact -> 1 agent, contact and whoever is consulted talk together, 0 no news
-- Writes contacts, events.
local id = ARGV[2]
local contact = contact_of(id)
local consult = contact and contact.consult
if not consult or consult.joined then return 0 end
consult.joined = now
end_hold(id, contact, now)
call('HSET', CONTACTS, id, cjson.encode(contact))
event('call.joined', now, id, contact.queue, consult.agent or '', 'offer', consult.offer)
return 1
