-- match now queue controller -> offer, nil: no pair
--   offer   {id, contact, queue, agent, phone, controller, expires, node, {agent, phone, node}… of
--           those who are rung beside}
-- The longest waiting contact (by effective arrival) of a queue among those whom a ready agent can
-- serve, and the first of these agents by the queue's strategy, with the next ones beside where the
-- queue has several rung at once. A callback becomes the controller's, to be called by it.
-- Writes contacts, agents, waiting, ready, states, owned, due, offers, strategies, events;
-- publishes the offer.
local queue = ARGV[2]
local pair
for _, other in ipairs(servable('[' .. queue .. '|', '(' .. queue .. '}')) do
  if not pair or other.since < pair.since then pair = other end
end
if not pair then return false end
local id, agent_id = pair.contact, pair.agent
local agent = agent_of(agent_id)
drawn_in(pair.line, agent)
return make_offer(id, contact_of(id), agent_id, agent, now, ARGV[3])
