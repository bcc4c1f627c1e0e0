-- consult_over now contact agent -> the agent who is free, '' none; nil: no news
--   agent   who was consulted, '' somebody outside
-- The contact goes on with its agent; whoever was consulted is ready again at the old place.
-- Writes contacts, agents, ready, states, due, pace, events.
local id, asked = ARGV[2], ARGV[3]
local contact = contact_of(id)
local consult = contact and contact.consult
if not consult or (consult.agent or '') ~= asked then return false end
local freed = end_consult(id, contact, now)
call('HSET', CONTACTS, id, cjson.encode(contact))
return freed
