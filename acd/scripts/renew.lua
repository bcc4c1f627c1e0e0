-- renew now controller -> end of the lease
-- One lease stands for all that a controller holds. One that was thought dead gets back what
-- nobody else has taken up.
-- Writes due; after a lapse: contacts, waiting, adrift.
local controller = ARGV[2]
local lapsed = not alive(controller)
extend_lease(controller, now)
if lapsed then
  for _, id in ipairs(contacts_of(controller)) do
    local contact = contact_of(id)
    if contact.state == 'orphan' then line_up(id, contact, now) end
    call('SREM', ADRIFT, id)
  end
end
return now + LEASE
