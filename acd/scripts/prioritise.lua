-- prioritise now contact credit by -> record of the contact
--   credit   milliseconds; from here on the contact stands as if it had arrived so much earlier
--   by       the supervisor who wants it so
-- Of one that is being offered or has lost its controller, it counts for the place that it comes
-- back to; of a callback before its time, for that which it will get.
-- Writes contacts, waiting, events.
-- Errors: CONTACTUNKNOWN, NOTWAITING
-- Needs steps.lua.
local id, credit = ARGV[2], tonumber(ARGV[3])
local contact = contact_of(id)
if not contact then return redis.error_reply('CONTACTUNKNOWN ' .. id) end
if contact.state == 'talking' then return redis.error_reply('NOTWAITING ' .. id) end
local waits = contact.state == 'waiting'
if waits then call('ZREM', WAITING, entry(line_of(contact), contact.effective, id)) end
contact.effective = math.max(0, contact.arrived - credit)
if waits then call('ZADD', WAITING, 0, entry(line_of(contact), contact.effective, id)) end
local record = cjson.encode(contact)
call('HSET', CONTACTS, id, record)
acted('prioritise', ARGV[4], now, {contact = id, queue = contact.queue, credit = ARGV[3]})
return record
