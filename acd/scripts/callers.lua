-- callers now limit queue… -> {contact, record}… of these queues whom nobody has answered yet
--   limit   at most so many, those who came first
-- In the order of their arrival; who is to be called back is not among them.
-- Reads arrivals, contacts.
local limit, found = tonumber(ARGV[2]), {}
for i = 3, #ARGV do
  local from, till = bounds(ARGV[i])
  for _, member in ipairs(call('ZRANGE', ARRIVALS, from, till, 'BYLEX', 'LIMIT', 0, limit)) do
    local since, id = string.match(string.sub(member, #ARGV[i] + 2), '^(%d+)|(.*)$')
    found[#found + 1] = {since = since, id = id}
  end
end
table.sort(found, function(a, b)
  if a.since == b.since then return a.id < b.id end
  return a.since < b.since
end)
local reply = {}
for i = 1, math.min(limit, #found) do
  reply[i] = {found[i].id, call('HGET', CONTACTS, found[i].id)}
end
return reply
