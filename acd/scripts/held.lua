-- held now contact -> queue in which the contact waits or was answered, nil: none
-- A callback whose caller is not on the line has left its queue, as far as its old call knows.
-- Reads contacts.
local contact = contact_of(ARGV[2])
return contact and on_line(contact) and contact.queue
