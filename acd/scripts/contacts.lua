-- contacts now after limit -> {last, {contact, record}…}
--   after, last   where the page before ended; '' at the beginning, and where nothing is left
-- The order is that of owners and ids: a contact that keeps its owner is met once.
-- Reads owned, contacts.
local limit = tonumber(ARGV[3])
local from = ARGV[2] == '' and '-' or '(' .. ARGV[2]
local found = call('ZRANGE', OWNED, from, '+', 'BYLEX', 'LIMIT', 0, limit)
local reply = {#found == limit and found[limit] or ''}
for i, member in ipairs(found) do
  local id = string.match(member, '|(.*)$')
  reply[i + 1] = {id, call('HGET', CONTACTS, id)}
end
return reply
