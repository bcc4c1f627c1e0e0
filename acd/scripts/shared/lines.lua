-- The lines beside the plain ones: who is in them, and how contacts go from one to the next.

local LINES_LIMIT = 100 -- so many lines a queue may have beside its plain one

local function line_named(queue, requirement)
  local asks = string.find(requirement, '@', 1, true) and '@' or ''
  return queue .. '|+' .. asks .. string.sub(redis.sha1hex(requirement), 1, 10)
end

local function fits(id, agent, queue, requirement)
  local skills, backup = agent.skills or {}, agent.backup or {}
  for skill, level in string.gmatch(requirement, '(%S+)>=(%d+)') do
    if skill == '@' then
      if backup[queue] then return false end
    elseif string.sub(skill, 1, 1) == '@' then
      if string.sub(skill, 2) ~= id then return false end
    elseif (skills[skill] or 0) < tonumber(level) then
      return false
    end
  end
  return true
end

local function enter_line(agent, line)
  agent.lines = agent.lines or {unpack(agent.queues)}
  table.insert(agent.lines, line)
end

-- In every line whose skills the agent has, as a member.
local function enter_lines(id, agent)
  agent.lines = nil
  for _, queue in ipairs(agent.queues) do
    for _, other in ipairs(lines_beside(queue)) do
      if fits(id, agent, queue, other[2]) then enter_line(agent, other[1]) end
    end
  end
  for _, line in ipairs(lines_of(agent)) do call('ZADD', MEMBERS, 0, line .. '|' .. id) end
end

local function members_of(line)
  local from, till = bounds(line)
  local found = call('ZRANGE', MEMBERS, from, till, 'BYLEX')
  for i = 1, #found do found[i] = string.sub(found[i], #line + 2) end
  return found
end

-- Who may be able to do what is required: all members of the queue, or the one who is named.
local function candidates(queue, requirement)
  local named = string.match(requirement, '@([^%s>]+)>=')
  if not named then return members_of(queue) end
  return call('ZSCORE', MEMBERS, queue .. '|' .. named) and {named} or {}
end

-- Whether anybody works for a line: is logged in at a phone that is there, and does not pause, nor
-- will after this call. (Whoever works has shares.) All are looked at only where somebody does so for
-- the queue, but not for the line.
local function at_work(line)
  if not is_served(queue_of(line)) then return false end
  for _, id in ipairs(members_of(line)) do
    if agent_of(id).shares then return true end
  end
  return false
end

-- The same for a line that is not open.
local function would_work(queue, requirement)
  if not is_served(queue) then return false end
  for _, id in ipairs(candidates(queue, requirement)) do
    local agent = agent_of(id)
    if agent.shares and fits(id, agent, queue, requirement) then return true end
  end
  return false
end

-- Costs once what every pairing saves: a look at each agent of the queue.
local function open_line(queue, line, requirement)
  call('ZADD', LINES, 0, line .. '|' .. requirement)
  call('HSET', HOLDERS, line, 0)
  local strategies = strategies_of({queue})
  for _, id in ipairs(candidates(queue, requirement)) do
    local agent = agent_of(id)
    if fits(id, agent, queue, requirement) then
      enter_line(agent, line)
      call('ZADD', MEMBERS, 0, line .. '|' .. id)
      if agent.state == 'ready' and not agent.away then
        if strategies then
          agent.keys = agent.keys or {}
          agent.keys[line] = key_of(id, agent, line, strategies[queue], requirement)
        end
        call('ZADD', READY, 0, standing(line, id, agent))
      end
      call('HSET', AGENTS, id, cjson.encode(agent))
    end
  end
end

local function close_line(line)
  for _, id in ipairs(members_of(line)) do
    local agent = agent_of(id)
    for i = #agent.lines, 1, -1 do
      if agent.lines[i] == line then table.remove(agent.lines, i) end
    end
    if #agent.lines == #agent.queues then agent.lines = nil end
    call('ZREM', MEMBERS, line .. '|' .. id)
    if agent.state == 'ready' then call('ZREM', READY, standing(line, id, agent)) end
    if agent.keys then agent.keys[line] = nil end
    call('HSET', AGENTS, id, cjson.encode(agent))
  end
  call('ZREMRANGEBYLEX', LINES, bounds(line))
  call('HDEL', HOLDERS, line)
  call('HDEL', STRATEGIES, 'drawn|' .. line)
  call('ZREM', DUE, 'line|' .. line, 'empty|' .. line)
end

-- What a script is given from ARGV[from] on as `after requirement…`: {{after, requirement}…}. Where
-- `|` parts it, it has alternatives: the first counts for which anybody works, else the last.
local function wished(from)
  local wishes = {}
  for i = from, #ARGV, 2 do wishes[#wishes + 1] = {tonumber(ARGV[i]), ARGV[i + 1]} end
  return wishes
end

local function alternatives(requirement)
  local found = {}
  for one in string.gmatch(requirement .. '|', '([^|]*)|') do found[#found + 1] = one end
  return found
end

-- For {{after, requirement}…} in a queue: {{after, line, the lines instead of it…}…}, with the lines
-- open; else (nil, error). Alternatives for which nobody works are left out. When a queue has as many
-- lines as it may have, those in which nobody stands make room; where these are too few, `plainly` the
-- last alternatives count. Nothing may be refused after this.
local function required(queue, wishes, plainly)
  local steps, wanted, new, preferred = {}, {}, {}, false
  for _, wish in ipairs(wishes) do
    local step, ways = {wish[1]}, alternatives(wish[2])
    for i, requirement in ipairs(ways) do
      local line = requirement == '' and queue or line_named(queue, requirement)
      local open = line == queue or call('HEXISTS', HOLDERS, line) == 1
      local counts = i == #ways or wanted[line]
      if not counts and not plainly then
        if open then counts = at_work(line) else counts = would_work(queue, requirement) end
        preferred = preferred or counts
      end
      if counts then
        if not open and not wanted[line] then new[#new + 1] = {line, requirement} end
        wanted[line] = true
        step[#step + 1] = line
      end
    end
    local before = steps[#steps]
    if not before or table.concat(before, ' ', 2) ~= table.concat(step, ' ', 2) then
      steps[#steps + 1] = step
    end
  end
  if #new == 0 then return steps end

  local idle, known = {}, lines_beside(queue)
  for _, other in ipairs(known) do
    local line = other[1]
    if not wanted[line] and call('HGET', HOLDERS, line) == '0' then idle[#idle + 1] = line end
  end
  local excess = #known + #new - LINES_LIMIT
  if excess > #idle and preferred then return required(queue, wishes, true) end
  if excess > #idle then return nil, redis.error_reply('TOOMANYLINES ' .. queue) end
  for i = 1, excess do close_line(idle[i]) end
  for _, other in ipairs(new) do open_line(queue, unpack(other)) end
  return steps
end

-- The contact's line from here on, and those to which it goes on where nobody works for it.
local function stand(contact, digests)
  contact.line = digests[1] ~= '' and digests[1] or nil
  contact.instead = #digests > 1 and {unpack(digests, 2)} or nil
end

-- The contact stands in the line of the first step from its arrival on; time leads it on.
local function require_skills(contact, steps)
  local ways = {}
  stand(contact, {''})
  for i, step in ipairs(steps) do
    local digests = {}
    for j = 2, #step do digests[j - 1] = string.sub(step[j], #contact.queue + 2) end
    if i > 1 then
      ways[#ways + 1] = {contact.arrived + step[1], unpack(digests)}
    else
      stand(contact, digests)
    end
  end
  contact.relax = #ways > 0 and ways or nil
end

local function hold(contact, line)
  if line ~= contact.queue and call('HINCRBY', HOLDERS, line, 1) == 1 then
    call('ZREM', DUE, 'line|' .. line)
  end
end

local function await_relaxing(id, contact)
  if contact.relax then call('ZADD', DUE, contact.relax[1][1], 'relax|' .. id) end
end

-- The contact is one of those whom nobody has answered, as far as its lines go; see uncount.
local function hold_lines(id, contact)
  local queue = contact.queue
  hold(contact, line_of(contact))
  for _, digest in ipairs(contact.instead or {}) do hold(contact, line_by(queue, digest)) end
  for _, step in ipairs(contact.relax or {}) do
    for i = 2, #step do hold(contact, line_by(queue, step[i])) end
  end
  await_relaxing(id, contact)
end

-- Nobody waits for somebody who is not there: on to the first line for which anybody works.
local function go_on(contact, now)
  while contact.instead and not at_work(line_of(contact)) do
    let_go(contact, line_of(contact), now)
    stand(contact, contact.instead)
  end
end

-- A call comes to its queue; there its wait, as figures have it, begins.
local function enter_queue(id, contact, now)
  hold_lines(id, contact)
  call('ZADD', OWNED, 0, contact.owner .. '|' .. id)
  call('ZADD', ARRIVALS, 0, entry(contact.queue, now, id))
  event('call.queued', now, id, contact.queue, '', 'arrived', now)
  move_contact(id, contact, 'waiting', now)
end

-- The contact has waited so long that less is required: it goes to the line of the last step that
-- is due, whatever its state. An offer goes on; should it come to nothing, the new line has it.
-- With nothing due it goes on where nobody works for its line.
local function relax(id, contact, now)
  local waits = contact.state == 'waiting'
  if waits then leave_waiting(id, contact) end
  local ways = contact.relax or {}
  while ways[1] and ways[1][1] <= now do
    let_go(contact, line_of(contact), now)
    for _, digest in ipairs(contact.instead or {}) do
      let_go(contact, line_by(contact.queue, digest), now)
    end
    stand(contact, {unpack(table.remove(ways, 1), 2)})
  end
  go_on(contact, now)
  if not ways[1] then
    call('ZREM', DUE, 'relax|' .. id)
    contact.relax = nil
  end
  await_relaxing(id, contact)
  if waits then enter_waiting(id, contact) end
  call('HSET', CONTACTS, id, cjson.encode(contact))
end

-- Less is required so much later, or earlier.
local function put_off(contact, milliseconds)
  for _, step in ipairs(contact.relax or {}) do step[1] = step[1] + milliseconds end
end
