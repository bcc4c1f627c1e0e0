-- A contact and an agent are a pair, or a contact and several: all are rung, the first to pick up
-- has it, and the others are let go (let_go_others).

-- As match.lua replies.
local function offer_of(id, contact, agent)
  local offer = {contact.offer, id, contact.queue, contact.agent, agent.phone, contact.owner,
    contact.expires, agent.node or ''}
  for i, other_id in ipairs(contact.beside or {}) do
    local other = agent_of(other_id)
    offer[8 + i] = {other_id, other.phone, other.node or ''}
  end
  return offer
end

local function reserve_for(id, contact, agent_id, agent, now)
  agent.contact, agent.offered = id, agent.offered or {}
  agent.offered[contact.queue] = now
  reserve_agent(agent_id, agent, now)
end

local PASSED = 20 -- so many who are rung alone are passed over, and no more

-- The next ready agents of the contact's line, to be rung beside its first, as many as the file
-- wants -> {agent…}, nil: none.
local function reserve_beside(id, contact, now)
  local kept = call('HGET', STRATEGIES, contact.queue)
  local wanted = kept and tonumber(string.match(kept, '^[^|]*|%d+|(%d+)$')) - 1 or 0
  if wanted == 0 then return nil end
  local line, found, passed = line_of(contact), {}, 0
  local from, till = bounds(line)
  while #found < wanted and passed < PASSED do
    local next_ones = call('ZRANGE', READY, from, till, 'BYLEX', 'LIMIT', passed, wanted - #found)
    if #next_ones == 0 then break end
    for _, ready in ipairs(next_ones) do
      local agent_id = string.match(ready, '|%d+|(.*)')
      local agent = agent_of(agent_id)
      if agent.alone then
        passed = passed + 1
      else
        drawn_in(line, agent)
        reserve_for(id, contact, agent_id, agent, now)
        found[#found + 1] = agent_id
      end
    end
  end
  return found[1] and found
end

-- controller   who asks for the pair; a callback becomes its own, and holds one agent
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
  reserve_for(id, contact, agent_id, agent, now)
  if not contact.callback and not agent.alone then
    contact.beside = reserve_beside(id, contact, now)
  end
  move_contact(id, contact, 'reserved', now)
  event('call.offered', now, id, contact.queue, agent_id, 'offer', contact.offer,
    known('callback', contact.callback and 1))
  for _, other in ipairs(contact.beside or {}) do
    event('call.offered', now, id, contact.queue, other, 'offer', contact.offer, 'beside', 1)
  end
  call('PUBLISH', 'vaxel:offers:' .. contact.owner, message)
  return offer_of(id, contact, agent)
end

-- Where an agent is among those beside; nil: nowhere.
local function place_beside(contact, agent_id)
  for i, other in ipairs(contact.beside or {}) do
    if other == agent_id then return i end
  end
end

-- The contact of a current offer, else (nil, error). `agent_id`: whose it must be, nil: anybody's.
local function current(id, offer, agent_id)
  local contact = contact_of(id)
  if contact and contact.offer == offer and
    (not agent_id or contact.agent == agent_id or place_beside(contact, agent_id)) then
    return contact
  end
  return nil, redis.error_reply('STALEOFFER ' .. offer)
end

-- One of those who are rung is so no longer; where it was the first, the next one comes up.
local function ring_without(contact, agent_id)
  if contact.agent == agent_id then
    contact.agent = table.remove(contact.beside, 1)
  else
    table.remove(contact.beside, place_beside(contact, agent_id))
  end
  if not contact.beside[1] then contact.beside = nil end
end

-- Those who were rung beside whoever has the contact now, or when it left: ready again at the old
-- place, or what they asked for meanwhile.
local function let_go_others(others, now)
  for _, agent_id in ipairs(others) do release_agent(agent_id, agent_of(agent_id), now, 'ready') end
end
