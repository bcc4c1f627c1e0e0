-- dialled now contact offer -> number of the attempt
-- The caller's phone is about to ring; asked again for the same offer it is the same attempt.
-- Writes contacts, due, events.
-- Errors: STALEOFFER
local id, offer = ARGV[2], ARGV[3]
local contact, fault = current(id, offer)
if not contact then return fault end
if on_line(contact) then return redis.error_reply('STALEOFFER ' .. offer) end
if not contact.dialled then
  contact.attempt, contact.dialled = contact.attempt + 1, now
  contact.expires = now + contact.rules.ring_ms + MARGIN
  move_contact(id, contact, 'reserved', now)
  event('callback.dialled', now, id, contact.queue, contact.agent, 'offer', offer,
    'attempt', contact.attempt)
end
return contact.attempt
