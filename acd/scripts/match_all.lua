-- match_all now controller limit queue… -> {offer as in match.lua…}
--   limit   at most so many pairs; whoever is left may be found by the next call
-- The longest waiting contact (by effective arrival) of all these queues among those whom a ready
-- agent can serve, and the longest idle of these agents; then the next, as long as there is one.
-- Writes as match.lua.
local known, heads, offers = {}, {}, {}
for i = 4, #ARGV do known[ARGV[i]] = true end
for _, head in ipairs(servable('-', '+')) do
  if known[string.match(head.line, '^[^|]*')] then heads[#heads + 1] = head end
end

while #heads > 0 and #offers < tonumber(ARGV[3]) do
  local oldest = 1
  for i = 2, #heads do
    if heads[i].since < heads[oldest].since then oldest = i end
  end
  local head = heads[oldest]
  local id, agent_id = head.contact, first(READY, head.line) -- another line may have taken theirs
  if agent_id then
    offers[#offers + 1] =
      make_offer(id, contact_of(id), agent_id, agent_of(agent_id), now, ARGV[2])
    head.contact, head.since = first(WAITING, head.line)
  end
  if not agent_id or not head.contact then table.remove(heads, oldest) end
end
return offers
