-- Phones, as the nodes tell of them: none is offered what it cannot ring for.

-- A node is an Asterisk with the controllers beside it, which are called `node.…`. A controller
-- without a dot in its name belongs to the node ''.

local UNSEEN_TALK = 120000 -- so long (ms) the conversations of a dead node are thought to go on

local function node_of(controller)
  return string.match(controller, '^(%w*)%.') or ''
end

local function node_alive(node)
  return call('ZSCORE', DUE, 'node|' .. node)
end

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
