-- cancel_callback now contact by -> 1 it is gone, 0 it is called now, and will not be once more
--   by   the supervisor who wants it so, '' for whoever else
-- An agent who was held for it is ready again at the old place. Once the phone may ring the agent is
-- held on: nobody is rung for whom there is no agent.
-- Writes contacts, waiting, callbacks, numbers, owned, due, adrift, events and the agent.
-- Errors: CALLBACKUNKNOWN
-- Needs steps.lua.
local id = ARGV[2]
local contact = contact_of(id)
if not contact or not contact.callback or contact.state == 'talking' then
  return redis.error_reply('CALLBACKUNKNOWN ' .. id)
end
acted('cancel', ARGV[3], now, {contact = id, queue = contact.queue})
if contact.dialled or on_line(contact) then
  contact.cancelled = true
  call('HSET', CONTACTS, id, cjson.encode(contact))
  return 0
end
close_callback(id, contact, now, 'cancelled')
return 1
