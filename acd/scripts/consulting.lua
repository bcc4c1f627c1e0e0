-- consulting now contact -> 1 its agent asks somebody, 0 not
-- Reads contacts.
local contact = contact_of(ARGV[2])
return contact and contact.consult and 1 or 0
