-- refused now contact offer reason limit -> 1
--   reason   no_answer: the agent is paused after so many in a row (limit), last in line before; busy,
--            unreachable: paused; expired, or the phone is known to be unreachable: ready as before
-- The contact waits again at its old place.
-- Writes contacts, waiting, agents, ready, states, due, pace, events.
-- Errors: STALEOFFER, ANSWERED
local id, offer, reason = ARGV[2], ARGV[3], ARGV[4]
local contact, fault = current(id, offer)
if not contact then return fault end
if contact.state == 'talking' then return redis.error_reply('ANSWERED ' .. offer) end
end_offer(id, contact, now, reason, tonumber(ARGV[5]))
return 1
