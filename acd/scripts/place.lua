-- place now contact -> {position, waiting, ready, logged in, capacity, service, rang, served}, nil:
-- it does not wait
-- Reads contacts, waiting, ready, members, pace.
-- Needs steps.lua.
local id = ARGV[2]
local contact = contact_of(id)
return contact and place_of(id, contact)
