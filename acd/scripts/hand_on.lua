-- hand_on now contact controller -> 1 another controller may take it up; 0 not: no caller of this
--                                   controller's who waits
--   controller   whose it is; it stops, and the next one has its place already
-- As if the controller had died: nobody is offered the contact, who keeps its place, before the next
-- one has taken it up by join.lua, or its time to do so is over.
-- Writes contacts, waiting, due, adrift.
local id = ARGV[2]
local contact = contact_of(id)
if not contact or contact.owner ~= ARGV[3] or not on_line(contact) then return 0 end
if contact.state == 'orphan' then return 1 end
if contact.state ~= 'waiting' then return 0 end
move_contact(id, contact, 'orphan', now)
return 1
