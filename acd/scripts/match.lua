-- match now queue controller -> offer {id, contact, queue, agent, phone, controller, expires}, nil: no pair
-- The longest waiting contact (by effective arrival) and the longest idle agent of a queue. A
-- callback becomes the controller's, to be called by it.
-- Writes contacts, agents, waiting, ready, states, owned, due, offers, events; publishes the offer.
local queue = ARGV[2]
local agent_id = first(READY, queue)
if not agent_id then return false end
local id = first(WAITING, queue)
if not id then return false end
return make_offer(id, contact_of(id), agent_id, agent_of(agent_id), now, ARGV[3])
