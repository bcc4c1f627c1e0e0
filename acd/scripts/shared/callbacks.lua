-- People who are to be called back.

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
