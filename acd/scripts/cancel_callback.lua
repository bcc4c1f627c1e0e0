-- cancel_callback now contact -> 1
-- An agent who was held for it is ready again at the old place.
-- Writes contacts, waiting, callbacks, numbers, owned, due, adrift, events and the agent.
-- Errors: CALLBACKUNKNOWN
-- Needs steps.lua.
local id = ARGV[2]
local contact = contact_of(id)
if not contact or not contact.callback or contact.state == 'talking' then
  return redis.error_reply('CALLBACKUNKNOWN ' .. id)
end
close_callback(id, contact, now, 'cancelled')
return 1
