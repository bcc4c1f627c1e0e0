-- What agents do: the one way from a state to another.

-- All at once: a command costs more than what it does. No more than Lua can hand over, either.
local function give_all(command, index, arguments)
  for i = 1, #arguments, 1000 do
    call(command, index, unpack(arguments, i, math.min(i + 999, #arguments)))
  end
end

-- What the agent is counted as.
local function score_of(agent)
  return SCORE[agent.state == 'ready' and agent.away and 'phone_away' or agent.state]
end

local function enter_ready(id, agent)
  local strategies, scored = strategies_of(agent.queues), {}
  if strategies then find_keys(id, agent, strategies) end
  for _, line in ipairs(lines_of(agent)) do
    scored[#scored + 1], scored[#scored + 2] = 0, standing(line, id, agent)
  end
  give_all('ZADD', READY, scored)
end

local function leave_ready(id, agent)
  local entries = {}
  for i, line in ipairs(lines_of(agent)) do entries[i] = standing(line, id, agent) end
  give_all('ZREM', READY, entries)
  agent.keys = nil
end

local function keep_state(id, agent)
  call('HSET', AGENTS, id, cjson.encode(agent))
  call('ZADD', STATES, score_of(agent), id)
end

local function has_call(agent)
  return agent.state == 'reserved' or agent.state == 'talking'
end

-- From ready to reserved, as move_agent would do it: an agent who can be rung works already, and
-- serves nobody. No pairing has to bring along what else move_agent can do.
local function reserve_agent(id, agent, now)
  leave_ready(id, agent)
  agent.state, agent.since = 'reserved', now
  keep_state(id, agent)
end

-- When a wrap-up ends by itself, now or once more.
local function wrap_up_until(id, till, now)
  call('ZADD', DUE, till, 'wrapup|' .. id)
  event('agent.wrapup', now, '', '', id, 'until', till)
end

-- As move_contact, for an agent. `detail` is the reason of a pause, the end of a wrap-up, the queue
-- of a conversation; nil: the agent is asked during that of another.
local function move_agent(id, agent, state, now, detail)
  local was = agent.state
  keep_pace(id, agent, state, now, detail)
  if was == 'ready' then
    leave_ready(id, agent)
  elseif was == 'wrapup' then
    call('ZREM', DUE, 'wrapup|' .. id)
  end
  if WORKED[was] then agent.occupied = (agent.occupied or 0) + span(agent.since, now) end

  agent.state, agent.since, agent.reason = state, now, nil
  agent.stood = state == 'ready' and agent.away and now or nil
  if state == 'ready' then
    if agent.occupied and agent.login then
      agent.occupancy = math.floor(1000 * agent.occupied / math.max(1, span(agent.login, now)))
    end
    if not agent.away then enter_ready(id, agent) end
    event('agent.ready', now, '', '', id)
  elseif state == 'wrapup' then
    wrap_up_until(id, detail, now)
  elseif state == 'talking' and detail then
    agent.last = {contact = agent.contact, queue = detail, began = now}
  elseif state == 'paused' then
    agent.reason = detail
    event('agent.paused', now, '', '', id, 'reason', detail)
  elseif state == 'logged_out' then
    call('HDEL', AGENTS, id)
    call('ZREM', STATES, id)
    call('HDEL', PHONES, agent.phone)
    call('ZREM', DUE, 'phone|' .. id)
    for _, line in ipairs(lines_of(agent)) do call('ZREM', MEMBERS, line .. '|' .. id) end
    event('agent.logged_out', now, '', '', id)
    return
  end
  keep_state(id, agent)
end

local function start_idling(id, agent, now)
  agent.idle = now
  if agent.last then agent.last.owed = nil end
  move_agent(id, agent, 'ready', now)
end

-- What the agent asks for during a call comes after it; nil: nothing any more.
local function do_after_call(id, agent, after)
  agent.after = after
  give(agent, not after and not agent.gone and shares_of(id, agent) or nil)
  call('HSET', AGENTS, id, cjson.encode(agent))
end

-- The call has let go of the agent: what they asked for meanwhile comes first, else `state`.
local function release_agent(id, agent, now, state, detail)
  local after = agent.after
  agent.contact, agent.after = nil, nil
  if after then
    move_agent(id, agent, after.state, now, after.reason)
  elseif state == 'idle' then
    start_idling(id, agent, now)
  else
    move_agent(id, agent, state, now, detail)
  end
end

local function status(id, agent)
  if not agent then return {id, 'logged_out', '', 0, '', 0, ''} end
  local away = agent.state == 'ready' and
    (agent.calling and 'calling' or agent.away and 'phone_' .. agent.away)
  return {id, agent.state, agent.reason or away or '', agent.since, agent.phone,
    call('ZSCORE', DUE, 'wrapup|' .. id) or 0, agent.last and cjson.encode(agent.last) or '',
    unpack(agent.queues)}
end
