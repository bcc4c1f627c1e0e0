-- place now contact -> {position, waiting, ready, logged in}, nil: it does not wait
-- Reads contacts, waiting, ready, members.
local id = ARGV[2]
local contact = contact_of(id)
if not contact or contact.state ~= 'waiting' then return false end
local queue = contact.queue
local own = entry(queue, contact.effective, id)
return {
  call('ZLEXCOUNT', WAITING, '[' .. queue .. '|', '[' .. own),
  count(WAITING, queue),
  count(READY, queue),
  count(MEMBERS, queue),
}
