-- What several of the ACD's scripts do beyond lib.lua: ends, callbacks. A pairing needs none of it,
-- and a function that is not there costs nothing.

-- capacity, service, rang, served: what lib.lua keeps of a queue's pace, zeros where it is unknown.
local function pace_of(queue)
  local kept = call('HMGET', PACE, 'capacity|' .. queue, 'service|' .. queue)
  local mean, rang, number = string.match(kept[2] or '0|0|0', '^(%d+)|(%d+)|(%d+)$')
  return tonumber(kept[1] or 0), tonumber(mean), tonumber(rang), tonumber(number)
end

-- {position, waiting, ready, logged in, pace_of its queue} of one who waits, else nil.
local function place_of(id, contact)
  if contact.state ~= 'waiting' then return nil end
  local queue = contact.queue
  local own = entry(queue, contact.effective, id)
  return {
    call('ZLEXCOUNT', WAITING, '[' .. queue .. '|', '[' .. own),
    count(WAITING, queue),
    count(READY, queue),
    count(MEMBERS, queue),
    pace_of(queue),
  }
end

local function end_talk(id, contact, now, talked)
  local agent_id, wrapup = contact.agent, contact.wrapup
  event(contact.callback and 'callback.ended' or 'call.ended', now, id, contact.queue, agent_id,
    'offer', contact.offer, 'talked', talked, known('outcome', contact.callback and 'talked'))
  move_contact(id, contact, 'gone', now)
  release_agent(agent_id, agent_of(agent_id), now, wrapup > 0 and 'wrapup' or 'idle',
    now + wrapup)
end

-- Callbacks ---------------------------------------------------------------------------------

-- wish   what keep_place.lua and add_callback.lua are given, decoded; not offered before `earliest`
-- either. A chosen time does not count as waiting: arrival and effective arrival move with it, by
-- as much as lies before it.
local function begin_callback(id, contact, wish, earliest, now)
  for name, value in pairs(wish) do contact[name] = value end
  local chosen = contact.due > 0 and contact.due
  local later = chosen and span(now, chosen) or 0
  contact.promised = later > 0 and chosen or contact.arrived
  contact.arrived, contact.effective = contact.arrived + later, contact.effective + later
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
-- phone that rang to the end, perhaps, with nobody alive to tell, has been an attempt.
local function end_offer(id, contact, now, reason)
  if contact.dialled and not on_line(contact) then return miss(id, contact, now, 'lost') end
  local agent_id = contact.agent
  event('call.refused', now, id, contact.queue, agent_id, 'offer', contact.offer,
    'reason', reason, known('callback', contact.callback and 1))
  line_up(id, contact, now)
  local pause = PAUSED_AS[reason]
  release_agent(agent_id, agent_of(agent_id), now, pause and 'paused' or 'ready', pause)
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
