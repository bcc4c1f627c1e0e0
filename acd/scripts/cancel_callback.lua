-- cancel_callback now contact -> 1
-- An agent who was held for it is ready again at the old place. Once the phone may ring it is too
-- late: it would ring on with no agent held.
-- Writes contacts, waiting, callbacks, numbers, owned, due, adrift, events and the agent.
-- Errors: CALLBACKUNKNOWN, CALLBACKUNDERWAY
-- Needs steps.lua.
local id = ARGV[2]
local contact = contact_of(id)
if not contact or not contact.callback then return redis.error_reply('CALLBACKUNKNOWN ' .. id) end
if contact.dialled or on_line(contact) then return redis.error_reply('CALLBACKUNDERWAY ' .. id) end
close_callback(id, contact, now, 'cancelled')
return 1
