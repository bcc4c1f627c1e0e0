-- A conversation: its beginning, its holds, whom its agent consults, its end.

-- Whether one of the contact's offers was over by its time, and nobody has talked to it since.
local function has_lapsed(contact, offer)
  for _, lapsed in ipairs(contact.lapsed or {}) do
    if lapsed == offer then return true end
  end
  return false
end

-- The agent of the contact's offer has picked up.
local function begin_talk(id, contact, agent, at)
  contact.answered, contact.lapsed = at, nil
  if contact.callback then contact.live = true end
  move_contact(id, contact, 'talking', at)
  agent.missed, agent.calls = nil, agent.calls or {}
  agent.calls[contact.queue] = (agent.calls[contact.queue] or 0) + 1
  move_agent(contact.agent, agent, 'talking', at, contact.queue)
  local expected = not contact.callback and contact.expected or {}
  event(contact.callback and 'callback.answered' or 'call.answered', at, id, contact.queue,
    contact.agent, 'offer', contact.offer, 'waited', span(contact.arrived, at),
    known('estimated_low', expected[1], 'estimated', expected[2], 'estimated_high', expected[3]))
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
  local agent = agent_of(agent_id)
  local last = agent.last
  local till = now + (last.wrapup or contact.wrapup)
  if contact.hold and not last.result then
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
