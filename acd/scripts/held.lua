-- held now contact -> queue in which the contact waits or was answered, nil: none
-- Reads contacts.
local contact = contact_of(ARGV[2])
return contact and contact.queue
