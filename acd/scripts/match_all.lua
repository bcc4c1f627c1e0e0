-- match_all now controller limit queue… -> {offer as in match.lua…}
--   limit   at most so many pairs; whoever is left may be found by the next call
-- The longest waiting contact of all these queues among those whom a ready agent can serve, by
-- effective arrival, each second of it counted as many times as its queue weighs; and the first of
-- these agents by the queue's strategy; then the next, as long as there is one.
-- Writes as match.lua.
local known, heads, offers, queues = {}, {}, {}, {}
for i = 4, #ARGV do known[ARGV[i]] = true end
for _, head in ipairs(servable('-', '+')) do
  head.queue = queue_of(head.line)
  if known[head.queue] then
    heads[#heads + 1] = head
    if queues[#queues] ~= head.queue then queues[#queues + 1] = head.queue end
  end
end

local weights = weights_of(queues) or {}
local function waited(head)
  return (now - head.since) * (weights[head.queue] or 1)
end

while #heads > 0 and #offers < tonumber(ARGV[3]) do
  local oldest = 1
  for i = 2, #heads do
    if waited(heads[i]) > waited(heads[oldest]) then oldest = i end
  end
  local head = heads[oldest]
  local id, agent_id = head.contact, first_ready(head.line) -- another line may have taken theirs
  if agent_id then
    local agent = agent_of(agent_id)
    drawn_in(head.line, agent)
    offers[#offers + 1] = make_offer(id, contact_of(id), agent_id, agent, now, ARGV[2])
    head.contact, head.since = first(WAITING, head.line)
  end
  if not agent_id or not head.contact then table.remove(heads, oldest) end
end
return offers
