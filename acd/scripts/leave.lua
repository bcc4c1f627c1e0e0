-- leave now contact reason -> {agent…} that it has let go; nil: it was not here (or no call any
--                               more: a callback)
--   reason   abandoned, timeout, nobody, failed; a contact that talks ends its conversation, a
--            callback whose caller was on the line is missed and tried again by its rule
-- Writes contacts, waiting, arrivals, callbacks, numbers, owned, due, adrift, events and the agents
-- that it held.
local id = ARGV[2]
local contact = contact_of(id)
if not contact or not on_line(contact) then return false end
return end_contact(id, contact, now, ARGV[3])
