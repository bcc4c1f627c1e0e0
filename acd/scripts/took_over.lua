-- took_over now contact -> the agent who is let go, nil: no news
-- Whoever was consulted has the contact, and its agent has left: the first conversation is over and
-- that agent wraps up, the second goes on by the number of the consultation. Where it is somebody
-- outside the contact is gone. A callback is a call from here on.
-- Writes contacts, owned, agents, ready, states, due, adrift, pace, events.
local id = ARGV[2]
local contact = contact_of(id)
local consult = contact and contact.consult
if not consult then return false end
local left, talked = contact.agent, span(contact.answered, now)
contact.consult = nil
event('call.transferred', now, id, contact.queue, left, 'offer', contact.offer,
  'to', consult.agent and 'agent' or 'number', known('to_agent', consult.agent, 'consulted', 1))
if not consult.agent then
  end_talk(id, contact, now, talked)
  return left
end

tell_end(id, contact, now, talked)
contact.callback, contact.number, contact.live = nil, nil, nil
contact.agent, contact.offer, contact.answered = consult.agent, consult.offer, now
call('HSET', CONTACTS, id, cjson.encode(contact))
wrap_up(left, contact, now)
local agent = agent_of(consult.agent)
if agent.state == 'reserved' then
  move_agent(consult.agent, agent, 'talking', now, contact.queue)
else
  agent.serves, agent.began, agent.rang = contact.queue, now, 0
  agent.last = {contact = id, queue = contact.queue, began = now}
  call('HSET', AGENTS, consult.agent, cjson.encode(agent))
end
event('call.taken_over', now, id, contact.queue, consult.agent, 'offer', consult.offer)
return left
