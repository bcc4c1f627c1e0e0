-- Offers and contacts that are over.

-- An agent has not taken an offer, and goes where `reason` says. Others are rung on for the contact;
-- without any it goes back to its place. An agent is paused who has let `limit` offers in a row ring
-- in vain, and stands last until then. A phone that rang to the end, perhaps, with nobody alive to
-- tell, has been an attempt.
local function refuse_offer(id, contact, agent_id, now, reason, limit)
  if contact.dialled and not on_line(contact) then return miss(id, contact, now, 'lost') end
  event('call.refused', now, id, contact.queue, agent_id, 'offer', contact.offer, 'reason', reason,
    known('callback', contact.callback and 1, 'rings_on', contact.beside and 1))
  if contact.beside then
    ring_without(contact, agent_id)
    call('HSET', CONTACTS, id, cjson.encode(contact))
  else
    line_up(id, contact, now)
  end
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

-- An unanswered offer is over for all who are rung.
local function end_offer(id, contact, now, reason)
  while contact.agent do refuse_offer(id, contact, contact.agent, now, reason) end
end

-- Whatever the call was doing, it is gone, and the agents that it held are free -> {agent…}.
local function end_contact(id, contact, now, reason)
  local agent_id = contact.agent
  if contact.state == 'talking' then
    end_talk(id, contact, now, span(contact.answered, now))
    return {agent_id}
  end
  if contact.callback then
    miss(id, contact, now, reason == 'abandoned' and 'hung_up' or reason)
    return {agent_id}
  end
  local waited = span(contact.arrived, now)
  if reason == 'abandoned' then
    event('call.abandoned', now, id, contact.queue, contact.agent or '', 'waited', waited)
  else
    event('call.left', now, id, contact.queue, contact.agent or '', 'waited', waited, 'reason', reason)
  end
  move_contact(id, contact, 'gone', now)
  if not agent_id then return {} end
  release_agent(agent_id, agent_of(agent_id), now, 'ready')
  let_go_others(contact.beside or {}, now)
  return {agent_id, unpack(contact.beside or {})}
end

-- The tree has led the caller elsewhere, e.g. since the controller died.
local function leave_behind(id, contact, now)
  if contact.callback and contact.state ~= 'talking' then
    close_callback(id, contact, now, 'cancelled')
  else
    end_contact(id, contact, now, 'failed')
  end
end

-- Nobody who saw the rest of the contact is alive to tell of its end. A callback tells by itself.
local function lose(id, contact, now)
  if not contact.callback then event('contact.ended', now, id, '', '', 'reason', 'lost') end
end

local function end_unseen(id, contact, now)
  end_talk(id, contact, now, span(contact.answered, now))
  lose(id, contact, now)
end
