-- match_all now controller limit queue… -> {offer as in match.lua…}
--   limit   at most so many pairs; whoever is left may be found by the next call
-- The longest waiting contact (by effective arrival) of all these queues among those whom a ready
-- agent can serve, and the longest idle of these agents; then the next, as long as there is one.
-- Writes as match.lua.
local known, lines, offers = {}, {}, {}
for i = 4, #ARGV do known[ARGV[i]] = true end
for _, line in ipairs(servable('-', '+')) do
  if known[string.match(line.line, '^[^|]*')] then lines[#lines + 1] = line end
end

while #lines > 0 and #offers < tonumber(ARGV[3]) do
  local chosen = 1
  for i = 2, #lines do
    if lines[i].since < lines[chosen].since then chosen = i end
  end
  local line = lines[chosen]
  local offer = offer_first(line.line, now, ARGV[2])
  if offer then
    offers[#offers + 1] = offer
    local _, since = first(WAITING, line.line)
    line.since = since
  end
  if not offer or not line.since then table.remove(lines, chosen) end
end
return offers
