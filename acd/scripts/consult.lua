-- consult now contact offer to target -> {number of the consultation, phone to ring, its node}
--   offer        the conversation
--   to, target   `agent` and the agent's id, `number` and ''
-- The agent of a conversation asks somebody while the contact holds. A ready agent is reserved, and
-- offered nothing until it is over; of somebody outside only that is noted.
-- Writes contacts, agents, ready, states, offers, pace, events.
-- Errors: STALEOFFER, NOTANSWERED, CONSULTING, AGENTNOTREADY
local id, offer, to = ARGV[2], ARGV[3], ARGV[4]
local contact, fault = current(id, offer)
if not contact then return fault end
if contact.state ~= 'talking' then return redis.error_reply('NOTANSWERED ' .. offer) end
if contact.consult then return redis.error_reply('CONSULTING ' .. id) end
local asked = to == 'agent' and ARGV[5] or nil
local agent = asked and agent_of(asked)
if asked and (not agent or agent.state ~= 'ready' or agent.away) then
  return redis.error_reply('AGENTNOTREADY ' .. asked)
end
contact.consult = {offer = string.format('%d', call('INCR', OFFERS)), agent = asked}
call('HSET', CONTACTS, id, cjson.encode(contact))
event('call.consulted', now, id, contact.queue, asked or '', 'offer', contact.consult.offer,
  'by', contact.agent, 'to', to)
if agent then
  agent.contact = id
  move_agent(asked, agent, 'reserved', now)
end
return {contact.consult.offer, agent and agent.phone or '', agent and agent.node or ''}
