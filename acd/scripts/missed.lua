-- missed now contact offer reason -> when the next attempt may begin, 0: given up
--   reason   see MissReason in acd/callbacks.py
-- The agent is ready again at the old place.
-- Writes contacts, callbacks, numbers, owned, due, agents, ready, states, events.
-- Errors: STALEOFFER, ANSWERED
local id, offer, reason = ARGV[2], ARGV[3], ARGV[4]
local contact, fault = current(id, offer)
if not contact then return fault end
if not contact.callback then return redis.error_reply('STALEOFFER ' .. offer) end
if contact.state == 'talking' then return redis.error_reply('ANSWERED ' .. offer) end
miss(id, contact, now, reason)
return contact.state == 'scheduled' and contact.due or 0
