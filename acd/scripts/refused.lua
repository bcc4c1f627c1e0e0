-- refused now contact offer reason -> 1
--   reason   no_answer, busy, unreachable: the agent is paused; expired: ready as before
-- The contact waits again at its old place.
-- Writes contacts, waiting, agents, ready, states, due, pace, events.
-- Errors: STALEOFFER, ANSWERED
local id, offer, reason = ARGV[2], ARGV[3], ARGV[4]
local contact, fault = current(id, offer)
if not contact then return fault end
if contact.state == 'talking' then return redis.error_reply('ANSWERED ' .. offer) end
end_offer(id, contact, now, reason)
return 1
