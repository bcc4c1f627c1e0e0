-- A contact and an agent are a pair.

local function offer_of(id, contact, agent)
  return {contact.offer, id, contact.queue, contact.agent, agent.phone, contact.owner,
    contact.expires, agent.node or ''}
end

-- controller   who asks for the pair; a callback becomes its own
local function make_offer(id, contact, agent_id, agent, now, controller)
  contact.offer = string.format('%d', call('INCR', OFFERS))
  contact.agent = agent_id
  local message = id
  if on_line(contact) then
    contact.expires = now + contact.ring + MARGIN
  else
    extend_lease(controller, now)
    contact.expires = now + START
    own_contact(id, contact, controller)
    message = 'callback|' .. id
  end
  move_contact(id, contact, 'reserved', now)
  agent.contact, agent.offered = id, agent.offered or {}
  agent.offered[contact.queue] = now
  reserve_agent(agent_id, agent, now)
  event('call.offered', now, id, contact.queue, agent_id, 'offer', contact.offer,
    known('callback', contact.callback and 1))
  call('PUBLISH', 'vaxel:offers:' .. contact.owner, message)
  return offer_of(id, contact, agent)
end

-- The contact of a current offer, else (nil, error).
local function current(id, offer)
  local contact = contact_of(id)
  if contact and contact.offer == offer then return contact end
  return nil, redis.error_reply('STALEOFFER ' .. offer)
end
