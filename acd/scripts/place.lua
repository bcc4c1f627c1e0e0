-- place now contact -> {position, waiting, ready, logged in}, nil: it does not wait
-- Reads contacts, waiting, ready, members.
-- Needs steps.lua.
local id = ARGV[2]
local contact = contact_of(id)
return contact and place_of(id, contact)
