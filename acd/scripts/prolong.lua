-- prolong now contact offer -> 1
-- The telephones begin to ring just now, since the caller was spoken with: their time is whole.
-- Writes contacts, due.
-- Errors: STALEOFFER, ANSWERED
local id, offer = ARGV[2], ARGV[3]
local contact, fault = current(id, offer)
if not contact then return fault end
if contact.state == 'talking' then return redis.error_reply('ANSWERED ' .. offer) end
contact.expires = now + contact.ring + MARGIN
move_contact(id, contact, 'reserved', now)
return 1
