-- cancel_callback now contact by outcome -> 1 it is gone, 0 it is called now and will not be again
--   by        the supervisor who wants it so, '' for whoever else
--   outcome   cancelled, given_up: how it ends
-- An agent who was held for it is ready again at the old place. Once the phone may ring the agent is
-- held on: nobody is rung for whom there is no agent.
-- Writes contacts, waiting, callbacks, numbers, owned, due, adrift, events and the agent.
-- Errors: CALLBACKUNKNOWN
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
close_callback(id, contact, now, ARGV[4])
return 1
