-- What several of the ACD's scripts do beyond lib.lua: ends, callbacks. A pairing needs none of it.

-- A supervisor's act; what comes of it tells of itself, now or when a call is over.
local function acted(act, by, now, on)
  if by == '' then return end
  event('supervisor.acted', now, on.contact or '', on.queue or '', on.agent or '',
    'act', act, 'by', by, known('reason', on.reason, 'credit', on.credit, 'to', on.to))
end

-- Lines -------------------------------------------------------------------------------------

local LINES_LIMIT = 100 -- so many lines a queue may have beside its plain one

-- Those of a queue beside the plain one: {{line, requirement}…}.
local function lines_beside(queue)
  local found = call('ZRANGE', LINES, '[' .. queue .. '|+', '(' .. queue .. '|,', 'BYLEX')
  for i = 1, #found do found[i] = {string.match(found[i], '^([^|]*|[^|]*)|(.*)$')} end
  return found
end

local function line_named(queue, requirement)
  return queue .. '|+' .. string.sub(redis.sha1hex(requirement), 1, 10)
end

local function fits(agent, requirement)
  local skills = agent.skills or {}
  for skill, level in string.gmatch(requirement, '(%S+)>=(%d+)') do
    if (skills[skill] or 0) < tonumber(level) then return false end
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
      if fits(agent, other[2]) then enter_line(agent, other[1]) end
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

-- Costs once what every pairing saves: a look at each agent of the queue.
local function open_line(queue, line, requirement)
  call('ZADD', LINES, 0, line .. '|' .. requirement)
  call('HSET', HOLDERS, line, 0)
  for _, id in ipairs(members_of(queue)) do
    local agent = agent_of(id)
    if fits(agent, requirement) then
      enter_line(agent, line)
      call('ZADD', MEMBERS, 0, line .. '|' .. id)
      if agent.state == 'ready' and not agent.away then
        call('ZADD', READY, 0, entry(line, agent.idle, id))
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
    if agent.state == 'ready' then call('ZREM', READY, entry(line, agent.idle, id)) end
    call('HSET', AGENTS, id, cjson.encode(agent))
  end
  call('ZREMRANGEBYLEX', LINES, bounds(line))
  call('HDEL', HOLDERS, line)
  call('ZREM', DUE, 'line|' .. line)
end

-- What a script is given from ARGV[from] on as `after requirement…`: {{after, requirement}…}.
local function wished(from)
  local wishes = {}
  for i = from, #ARGV, 2 do wishes[#wishes + 1] = {tonumber(ARGV[i]), ARGV[i + 1]} end
  return wishes
end

-- For {{after, requirement}…} in a queue: {{after, line}…}, with the lines open; else (nil, error). When a queue has as many lines as it may have, those in which
-- nobody stands make room. Nothing may be refused after this.
local function required(queue, wishes)
  local steps, wanted, new = {}, {}, {}
  for _, wish in ipairs(wishes) do
    local requirement, line = wish[2], queue
    if requirement ~= '' then
      line = line_named(queue, requirement)
      if not wanted[line] and call('HEXISTS', HOLDERS, line) == 0 then
        new[#new + 1] = {line, requirement}
      end
      wanted[line] = true
    end
    steps[#steps + 1] = {wish[1], line}
  end
  if #new == 0 then return steps end

  local idle, known = {}, lines_beside(queue)
  for _, other in ipairs(known) do
    local line = other[1]
    if not wanted[line] and call('HGET', HOLDERS, line) == '0' then idle[#idle + 1] = line end
  end
  local excess = #known + #new - LINES_LIMIT
  if excess > #idle then return nil, redis.error_reply('TOOMANYLINES ' .. queue) end
  for i = 1, excess do close_line(idle[i]) end
  for _, other in ipairs(new) do open_line(queue, unpack(other)) end
  return steps
end

-- The contact stands in the line of the first step from its arrival on; time leads it on.
local function require_skills(contact, steps)
  local ways = {}
  contact.line = nil
  for i, step in ipairs(steps) do
    local digest = string.sub(step[2], #contact.queue + 2)
    if i > 1 then
      ways[#ways + 1] = {contact.arrived + step[1], digest}
    elseif digest ~= '' then
      contact.line = digest
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
  hold(contact, line_of(contact))
  for _, step in ipairs(contact.relax or {}) do hold(contact, line_by(contact.queue, step[2])) end
  await_relaxing(id, contact)
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
local function relax(id, contact, now)
  local waits = contact.state == 'waiting'
  if waits then leave_waiting(id, contact) end
  local ways = contact.relax
  while ways[1] and ways[1][1] <= now do
    let_go(contact, line_of(contact), now)
    local digest = table.remove(ways, 1)[2]
    contact.line = digest ~= '' and digest or nil
  end
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

-- capacity, service, rang, served: what lib.lua keeps of a queue's pace, zeros where it is unknown.
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
    local later = way(span(now, step[1]), line_by(queue, step[2]), contact.effective, id)
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

-- Phones ------------------------------------------------------------------------------------

local OUTAGE = 15000 -- so long (ms) a phone may be unreachable before its agent is no member

-- Asterisk says that the agent's phone is now `in_use`, `unreachable`, or well (nil). Idle time stands
-- still meanwhile: whoever comes back has been idle as long as before.
local function phone_is(id, agent, away, now)
  local was = agent.away
  if was == away then return end
  local ready = agent.state == 'ready'
  if ready and not was then leave_ready(id, agent) end
  agent.away = away
  if away == 'unreachable' then
    call('ZADD', DUE, now + OUTAGE, 'phone|' .. id)
    event('agent.phone_lost', now, '', '', id, 'phone', agent.phone)
  elseif was == 'unreachable' then
    call('ZREM', DUE, 'phone|' .. id)
    if agent.gone then
      agent.gone = nil
      enter_lines(id, agent)
      if WORKS[agent.state] and not agent.after then give(agent, shares_of(id, agent)) end
    end
    event('agent.phone_back', now, '', '', id, 'phone', agent.phone)
  end
  if ready and not away then
    agent.idle, agent.stood = agent.idle + span(agent.stood, now), nil
    enter_ready(id, agent)
  elseif ready and not was then
    agent.stood = now
  end
  call('HSET', AGENTS, id, cjson.encode(agent))
  call('ZADD', STATES, score_of(agent), id)
end

-- The phone has been unreachable for so long that callers do not wait for its agent.
local function phone_gone(id, agent)
  call('ZREM', DUE, 'phone|' .. id)
  for _, line in ipairs(lines_of(agent)) do call('ZREM', MEMBERS, line .. '|' .. id) end
  agent.gone = true
  give(agent, nil)
  call('HSET', AGENTS, id, cjson.encode(agent))
end

-- Whoever is consulted is free; '' where that is nobody of the ACD's. The contact is not written.
local function end_consult(id, contact, now)
  local consult = contact.consult
  if not consult then return '' end
  contact.consult = nil
  local agent_id = consult.agent
  event('call.consult_ended', now, id, contact.queue, agent_id or '', 'offer', consult.offer)
  if agent_id then release_agent(agent_id, agent_of(agent_id), now, 'ready') end
  return agent_id or ''
end

-- The agent speaks with the contact again; nil where that was so. The contact is not written.
local function end_hold(id, contact, now)
  local since = contact.held
  if not since then return nil end
  contact.held = nil
  event('call.resumed', now, id, contact.queue, contact.agent, 'offer', contact.offer,
    'held', span(since, now))
  return since
end

local function tell_end(id, contact, now, talked)
  end_hold(id, contact, now)
  event(contact.callback and 'callback.ended' or 'call.ended', now, id, contact.queue, contact.agent,
    'offer', contact.offer, 'talked', talked, known('outcome', contact.callback and 'talked'))
end

local function wrap_up(agent_id, wrapup, now)
  release_agent(agent_id, agent_of(agent_id), now, wrapup > 0 and 'wrapup' or 'idle',
    now + wrapup)
end

local function end_talk(id, contact, now, talked)
  end_consult(id, contact, now)
  tell_end(id, contact, now, talked)
  move_contact(id, contact, 'gone', now)
  wrap_up(contact.agent, contact.wrapup, now)
end

-- Callbacks ---------------------------------------------------------------------------------

-- wish   what keep_place.lua and add_callback.lua are given, decoded; not offered before `earliest`
-- either. A chosen time does not count as waiting: arrival and effective arrival move with it, and
-- what is required relaxes later, by as much as lies before it.
local function begin_callback(id, contact, wish, earliest, now)
  for name, value in pairs(wish) do contact[name] = value end
  local chosen = contact.due > 0 and contact.due
  local later = chosen and span(now, chosen) or 0
  contact.promised = later > 0 and chosen or contact.arrived
  contact.arrived, contact.effective = contact.arrived + later, contact.effective + later
  put_off(contact, later)
  hold_lines(id, contact)
  contact.due = math.max(contact.due, earliest)
  contact.attempt, contact.owner = 0, ''
  call('ZADD', OWNED, 0, '|' .. id)
  call('ZADD', CALLBACKS, 0, entry(contact.queue, contact.promised, id))
  call('HSET', NUMBERS, contact.number, id)
  event('callback.requested', now, id, contact.queue, '', 'effective', contact.effective,
    'source', contact.callback, known('due', chosen))
  move_contact(id, contact, contact.due > now and 'scheduled' or 'waiting', now)
end

local function close_callback(id, contact, now, outcome)
  event('callback.ended', now, id, contact.queue, contact.agent or '', 'outcome', outcome,
    known('offer', contact.offer))
  local agent_id = contact.agent
  move_contact(id, contact, 'gone', now)
  if agent_id then release_agent(agent_id, agent_of(agent_id), now, 'ready') end
end

-- The caller was not brought to an agent: once more later, or never. An attempt that was over
-- before the phone rang counts too, else a number that cannot be called would stay for ever.
local function miss(id, contact, now, reason)
  local agent_id = contact.agent
  if not contact.dialled then contact.attempt = contact.attempt + 1 end
  local last = contact.cancelled or contact.attempt >= contact.rules.tries
  contact.due = math.max(contact.due, now + contact.rules.every_ms)
  event('callback.missed', now, id, contact.queue, agent_id or '', 'attempt', contact.attempt,
    'reason', reason, known('offer', contact.offer, 'due', not last and contact.due))
  unpair(contact)
  if last then
    close_callback(id, contact, now, contact.cancelled and 'cancelled' or 'given_up')
  else
    hand_back(id, contact, 'scheduled', now)
  end
  if agent_id then release_agent(agent_id, agent_of(agent_id), now, 'ready') end
end

-- Ends --------------------------------------------------------------------------------------

-- An unanswered offer is over; the contact goes back to its place, the agent where `reason` says. A
-- phone that rang to the end, perhaps, with nobody alive to tell, has been an attempt. An agent is
-- paused who has let `limit` offers in a row ring in vain, and stands last until then.
local function end_offer(id, contact, now, reason, limit)
  if contact.dialled and not on_line(contact) then return miss(id, contact, now, 'lost') end
  local agent_id = contact.agent
  event('call.refused', now, id, contact.queue, agent_id, 'offer', contact.offer,
    'reason', reason, known('callback', contact.callback and 1))
  line_up(id, contact, now)
  local agent, pause, state = agent_of(agent_id), PAUSED_AS[reason], 'ready'
  if reason == 'no_answer' then
    agent.missed = (agent.missed or 0) + 1
    if agent.missed < limit then pause, state = nil, 'idle' end
  elseif reason == 'unreachable' and agent.away == 'unreachable' then
    pause = nil -- nothing is offered until the phone is back
  end
  if pause then agent.missed = nil end
  release_agent(agent_id, agent, now, pause and 'paused' or state, pause)
end

-- Whatever the call was doing, it is gone, and an agent that it held is free.
local function end_contact(id, contact, now, reason)
  if contact.state == 'talking' then
    return end_talk(id, contact, now, span(contact.answered, now))
  end
  if contact.callback then
    return miss(id, contact, now, reason == 'abandoned' and 'hung_up' or reason)
  end
  local waited = span(contact.arrived, now)
  if reason == 'abandoned' then
    event('call.abandoned', now, id, contact.queue, contact.agent or '', 'waited', waited)
  else
    event('call.left', now, id, contact.queue, contact.agent or '', 'waited', waited, 'reason', reason)
  end
  local agent_id = contact.agent
  move_contact(id, contact, 'gone', now)
  if agent_id then release_agent(agent_id, agent_of(agent_id), now, 'ready') end
end

-- Nobody who saw the rest of the contact is alive to tell of its end. A callback tells by itself.
local function lose(id, contact, now)
  if not contact.callback then event('contact.ended', now, id, '', '', 'reason', 'lost') end
end
