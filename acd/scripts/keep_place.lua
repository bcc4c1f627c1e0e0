-- keep_place now contact wish -> 1 it is a callback from here on, 0 it was already
--   wish   JSON {callback: its source, number, language, answers, consent, due (0: as soon as
--          its turn comes), rules}; see acd/callbacks.py
-- The waiting contact keeps its effective arrival while its call goes; nobody calls it before the
-- parting time is over.
-- Writes contacts, waiting, arrivals, callbacks, numbers, owned, due, adrift, events.
-- Errors: NOTWAITING, CALLBACKOPEN, CONTACTOFFERED
local id, wish = ARGV[2], cjson.decode(ARGV[3])
local contact = contact_of(id)
local open = call('HGET', NUMBERS, wish.number)
if open == id and not on_line(contact) then return 0 end
if not contact or contact.callback or contact.state == 'talking' then
  return redis.error_reply('NOTWAITING ' .. id)
end
if open then return redis.error_reply('CALLBACKOPEN ' .. open) end
if contact.state == 'reserved' then return redis.error_reply('CONTACTOFFERED ' .. id) end
event('call.left', now, id, contact.queue, '', 'waited', span(contact.arrived, now),
  'reason', 'callback')
move_contact(id, contact, 'gone', now)
begin_callback(id, contact, wish, now + wish.rules.parting_ms, now)
return 1
