-- match_all now controller queue… -> {offer as in match.lua…}
-- At most one pair a queue. The queue whose contact has waited longest goes first, so that an agent
-- who serves several queues takes whoever has waited longest over all of them.
-- Writes as match.lua.
local lines = {}
for i = 3, #ARGV do
  local id, since = first(WAITING, ARGV[i])
  if id then lines[#lines + 1] = {queue = ARGV[i], since = since} end
end
table.sort(lines, function(a, b) return a.since < b.since end)

local offers = {}
for _, line in ipairs(lines) do
  local agent_id = first(READY, line.queue)
  if agent_id then
    local id = first(WAITING, line.queue)
    offers[#offers + 1] =
      make_offer(id, contact_of(id), agent_id, agent_of(agent_id), now, ARGV[2])
  end
end
return offers
