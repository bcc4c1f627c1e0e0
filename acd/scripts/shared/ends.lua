-- Offers and contacts that are over.

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
