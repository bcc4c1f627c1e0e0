-- expect now contact low expected high -> 1 kept, 0 there was an estimate already, or it waits no more
--   low, expected, high   milliseconds of waiting
-- The first estimate of a wait is kept with the contact, to be told beside the wait itself.
-- Writes contacts.
local id = ARGV[2]
local contact = contact_of(id)
if not contact or contact.expected or contact.callback or contact.state ~= 'waiting' then return 0 end
contact.expected = {tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])}
call('HSET', CONTACTS, id, cjson.encode(contact))
return 1
