-- What several of the ACD's scripts do beyond lib.lua: ends, callbacks. A pairing needs none of it.

-- A supervisor's act; what comes of it tells of itself, now or when a call is over.
local function acted(act, by, now, on)
  if by == '' then return end
  event('supervisor.acted', now, on.contact or '', on.queue or '', on.agent or '',
    'act', act, 'by', by, known('reason', on.reason, 'credit', on.credit, 'to', on.to))
end

-- How a record has what join.lua is given as `hold`.
local function hold_of(milliseconds)
  local longest = tonumber(milliseconds)
  return longest > 0 and longest or nil
end

-- Lines -------------------------------------------------------------------------------------

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
-- will after this call. (Whoever works has shares.)
local function at_work(line)
  for _, id in ipairs(members_of(line)) do
    if agent_of(id).shares then return true end
  end
  return false
end

-- The same for a line that is not open.
local function would_work(queue, requirement)
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

-- Nodes -------------------------------------------------------------------------------------
-- A node is an Asterisk with the controllers beside it, which are called `node.…`. A controller
-- without a dot in its name belongs to the node ''.

local UNSEEN_TALK = 120000 -- so long (ms) the conversations of a dead node are thought to go on

local function node_of(controller)
  return string.match(controller, '^(%w*)%.') or ''
end

local function node_alive(node)
  return call('ZSCORE', DUE, 'node|' .. node)
end

-- The agents' own calls -----------------------------------------------------------------------

-- What they do from now on is told with it: their state stood still in the eyes of who counts time.
-- The caller keeps the record.
local function end_own_call(id, agent, now, outcome)
  local own = agent.calling
  agent.calling = nil
  event('agent.call_ended', now, '', '', id, 'call', own.call, 'outcome', outcome,
    'state', agent.state, known('reason', agent.reason,
      'talked', outcome == 'talked' and span(own.answered, now)))
end

-- Nobody who saw the call's end has told, but it is over for us.
local function close_own_call(id, agent, now)
  if agent.calling then
    end_own_call(id, agent, now, agent.calling.answered and 'talked' or 'cancelled')
  end
end

local function log_out(id, agent, now)
  close_own_call(id, agent, now)
  move_agent(id, agent, 'logged_out', now)
end

-- Phones ------------------------------------------------------------------------------------

local OUTAGE = 15000 -- so long (ms) a phone may be unreachable before its agent is no member

-- Takes down what a node says of a phone; whether that was news.
local function heard(phone, node, state)
  local others = ''
  for other, word in string.gmatch(call('HGET', DEVICES, phone) or '', '(%w*)=([%a_]+)') do
    if other ~= node then
      others = others .. ' ' .. other .. '=' .. word
    elseif word == state then
      return false
    end
  end
  call('HSET', DEVICES, phone, node .. '=' .. state .. others)
  return true
end

-- What the living nodes say of a phone together: (`in_use`, `unreachable` or nil: well; where it is).
-- Each node knows all phones, and those that are registered elsewhere are unreachable there. A phone
-- that has moved may be registered at two for a while: the one that saw it last is right.
local function device_of(phone)
  local words = call('HGET', DEVICES, phone)
  if not words then return nil, nil end
  local away, at = 'unreachable', nil
  for node, state in string.gmatch(words, '(%w*)=([%a_]+)') do
    if state ~= 'unreachable' and node_alive(node) then
      if state == 'in_use' then return state, node end
      if not at then away, at = nil, node end
    end
  end
  return away, at
end

-- The agent's phone is now as device_of tells; whether contacts can be offered to them again. Idle
-- time stands still meanwhile: whoever comes back has been idle as long as before. A phone that is
-- well is in no call: one of the agent's own is over.
local function phone_is(id, agent, now)
  local was, had = agent.away, agent.node
  local away, node = device_of(agent.phone)
  agent.node = node
  if was == away then
    if had ~= node then call('HSET', AGENTS, id, cjson.encode(agent)) end
    return false
  end
  if not away then close_own_call(id, agent, now) end
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
  keep_state(id, agent)
  return ready and not away
end

-- Looks at the phones of all agents, since a node has come or gone -> {agent…} who can be offered
-- contacts again.
local function look_at_phones(now)
  local back, phones = {}, call('HGETALL', PHONES)
  for i = 2, #phones, 2 do
    if phone_is(phones[i], agent_of(phones[i]), now) then back[#back + 1] = phones[i] end
  end
  return back
end

-- A sign of life; whether the node was thought dead: then what it says of phones counts again.
local function renew_node(node, now)
  local lapsed = not node_alive(node)
  call('ZADD', DUE, now + LEASE, 'node|' .. node)
  if lapsed then call('ZREM', DUE, 'lost|' .. node) end
  return lapsed
end

-- A sign of life -> {agent…} as of look_at_phones.
local function node_lives(node, now)
  return renew_node(node, now) and look_at_phones(now) or {}
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

-- The agent wraps up after a conversation of the contact; longer where they owe its result.
local function wrap_up(agent_id, contact, now)
  local agent, till = agent_of(agent_id), now + contact.wrapup
  local last = agent.last
  if contact.hold and last and not last.result then
    last.owed, till = till, math.max(till, now + contact.hold)
  end
  release_agent(agent_id, agent, now, till > now and 'wrapup' or 'idle', till)
end

local function end_talk(id, contact, now, talked)
  end_consult(id, contact, now)
  tell_end(id, contact, now, talked)
  move_contact(id, contact, 'gone', now)
  wrap_up(contact.agent, contact, now)
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

local function end_unseen(id, contact, now)
  end_talk(id, contact, now, span(contact.answered, now))
  lose(id, contact, now)
end
