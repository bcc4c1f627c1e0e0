-- match now queue controller -> offer {id, contact, queue, agent, phone, controller, expires}, nil: no pair
-- The longest waiting contact (by effective arrival) of a queue among those whom a ready agent can
-- serve, and the longest idle of these agents. A callback becomes the controller's, to be called by
-- it.
-- Writes contacts, agents, waiting, ready, states, owned, due, offers, events; publishes the offer.
local queue = ARGV[2]
local line, since
for _, candidate in ipairs(servable('[' .. queue .. '|', '(' .. queue .. '}')) do
  if not since or candidate.since < since then line, since = candidate.line, candidate.since end
end
if not line then return false end
return offer_first(line, now, ARGV[3])
