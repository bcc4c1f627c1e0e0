-- ended now contact offer talked -> 1
--   talked   milliseconds of conversation
-- The contact is gone, the agent wraps up.
-- Writes contacts, owned, agents, ready, states, due, pace, events.
-- Errors: STALEOFFER, NOTANSWERED
local id, offer = ARGV[2], ARGV[3]
local contact, fault = current(id, offer)
if not contact then return fault end
if contact.state ~= 'talking' then return redis.error_reply('NOTANSWERED ' .. offer) end
end_talk(id, contact, now, tonumber(ARGV[4]))
return 1
