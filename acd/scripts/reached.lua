-- reached now contact offer controller -> 1 the caller has picked up, 0 that was known
--   controller   whose call it is, '': that of whoever had the caller called
-- The callback is a call from here on; its agent is held for the greeting and the ring.
-- Writes contacts, owned, due.
-- Errors: STALEOFFER
local id, offer = ARGV[2], ARGV[3]
local contact, fault = current(id, offer)
if not contact then return fault end
if on_line(contact) then return 0 end
if ARGV[4] ~= '' then own_contact(id, contact, ARGV[4]) end
contact.live = true
contact.expires = now + contact.rules.greeting_ms + contact.ring + MARGIN
move_contact(id, contact, 'reserved', now)
return 1
