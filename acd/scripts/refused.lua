-- refused now contact offer agent reason limit -> 1
--   agent    who has not taken it
--   reason   no_answer: the agent is paused after so many in a row (limit), last in line before; busy,
--            unreachable: paused; expired, or the phone is known to be unreachable: ready as before
-- Where others are rung for the contact, they are so on; else it waits again at its old place.
-- Writes contacts, waiting, agents, ready, states, due, pace, events.
-- Errors: STALEOFFER, ANSWERED
local id, offer, agent_id, reason = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local contact, fault = current(id, offer, agent_id)
if not contact then return fault end
if contact.state == 'talking' then return redis.error_reply('ANSWERED ' .. offer) end
refuse_offer(id, contact, agent_id, now, reason, tonumber(ARGV[6]))
return 1
