-- leave now contact reason -> 1 it is gone, 0 it was not here
--   reason   abandoned, timeout, nobody, failed; a contact that talks ends its conversation
-- Writes contacts, waiting, arrivals, owned, due, adrift, events and the agent that it held.
local id = ARGV[2]
local contact = contact_of(id)
if not contact then return 0 end
end_contact(id, contact, now, ARGV[3])
return 1
