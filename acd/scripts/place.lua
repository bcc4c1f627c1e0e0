-- place now contact -> {position, waiting, ready, logged in, {pace}, {ways}}, nil: it does not wait
--   pace   capacity, service, rang, served of its queue
--   ways   where it requires skills: the members of its queue, then of each of its lines, now and
--          later, {after so long (ms), position, ready, members}
-- Reads contacts, waiting, ready, members, pace.
local id = ARGV[2]
local contact = contact_of(id)
return contact and place_of(id, contact)
