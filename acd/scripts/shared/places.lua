-- Where somebody stands who waits.

-- 1 is next, over all lines of the queue.
local function position_of(queue, effective, id)
  local position = 1
  local function pass(line)
    local from = bounds(line)
    position = position + call('ZLEXCOUNT', WAITING, from, '(' .. entry(line, effective, id))
  end
  pass(queue)
  for _, other in ipairs(lines_beside(queue)) do pass(other[1]) end
  return position
end

-- capacity, service, rang, served: what pace.lua keeps of a queue's pace, zeros where it is unknown.
local function pace_of(queue)
  local kept = call('HMGET', PACE, 'capacity|' .. queue, 'service|' .. queue)
  local mean, rang, number = string.match(kept[2] or '0|0|0', '^(%d+)|(%d+)|(%d+)$')
  return tonumber(kept[1] or 0), tonumber(mean), tonumber(rang), tonumber(number)
end

-- {after so long (ms), position, ready, members} of one line, for somebody in it, or going to it.
local function way(after, line, effective, id)
  local from = bounds(line)
  local ahead = call('ZLEXCOUNT', WAITING, from, '(' .. entry(line, effective, id))
  return {after, ahead + 1, count(READY, line), count(MEMBERS, line)}
end

-- The line of a later step {when, `+digest` or ''…}, as things are.
local function leads_to(queue, step)
  for i = 2, #step - 1 do
    local line = line_by(queue, step[i])
    if at_work(line) then return line end
  end
  return line_by(queue, step[#step])
end

-- {position, waiting, ready, logged in, {pace_of its queue}, {members of its queue, way…}} of one
-- who waits, else nil. Position and waiting are those of the whole queue, ready are those who fit
-- now, logged in those who fit now or will: as many as in the line that has most of them. There are
-- no ways where nothing is or was required.
local function place_of(id, contact)
  if contact.state ~= 'waiting' then return nil end
  local queue = contact.queue
  local own, ways = way(0, line_of(contact), contact.effective, id), {}
  local logged_in = own[4]
  if contact.line or contact.relax then ways = {count(MEMBERS, queue), own} end
  for _, step in ipairs(contact.relax or {}) do
    local later = way(span(now, step[1]), leads_to(queue, step), contact.effective, id)
    ways[#ways + 1] = later
    logged_in = math.max(logged_in, later[4])
  end
  return {
    position_of(queue, contact.effective, id),
    call('ZLEXCOUNT', WAITING, '[' .. queue .. '|', '(' .. queue .. '}'),
    own[3],
    logged_in,
    {pace_of(queue)},
    ways,
  }
end
