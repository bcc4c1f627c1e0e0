-- adopt now [queue strategy weight rung]… -> {agent…} ready in a queue whose strategy is another now
--   rung   how many agents at once
-- These queues work so from now on, as the organisation's file has it; the ready agents of those
-- whose strategy is another now find their places anew. Of other queues, in which nobody is, nothing
-- is kept. Said again, nothing changes.
-- Writes strategies, agents, ready, pace. Reads lines, members, arrivals, callbacks.
local anew, named = {}, {}
for i = 2, #ARGV, 4 do
  local queue, strategy = ARGV[i], ARGV[i + 1]
  named[queue] = true
  local kept = call('HGET', STRATEGIES, queue) or 'longest_idle|1|1'
  local wanted = table.concat({strategy, ARGV[i + 2], ARGV[i + 3]}, '|')
  if wanted == 'longest_idle|1|1' then
    call('HDEL', STRATEGIES, queue)
  elseif wanted ~= kept then
    call('HSET', STRATEGIES, queue, wanted)
  end
  if string.match(kept, '^[^|]*') ~= strategy then
    anew[#anew + 1] = queue
    call('HDEL', STRATEGIES, 'drawn|' .. queue)
    for _, other in ipairs(lines_beside(queue)) do
      call('HDEL', STRATEGIES, 'drawn|' .. other[1])
    end
  end
end

local function forget(index, pattern)
  for _, field in ipairs(call('HKEYS', index)) do
    local queue = string.match(field, pattern)
    if queue and not named[queue] and
      count(MEMBERS, queue) + count(ARRIVALS, queue) + count(CALLBACKS, queue) == 0 then
      call('HDEL', index, field)
    end
  end
end

forget(STRATEGIES, '^([^|]*)$')
forget(STRATEGIES, '^drawn|([^|]*)')
forget(PACE, '^service|(.*)')

local ids, found = {}, {}
for _, queue in ipairs(anew) do
  local from, till = bounds(queue)
  for _, ready in ipairs(call('ZRANGE', READY, from, till, 'BYLEX')) do
    local id = string.match(ready, '|%d+|(.*)')
    if not found[id] then
      ids[#ids + 1], found[id] = id, agent_of(id)
      leave_ready(id, found[id])
    end
  end
end
for _, id in ipairs(ids) do
  enter_ready(id, found[id])
  call('HSET', AGENTS, id, cjson.encode(found[id]))
end
return ids
