-- Contacts and the controllers that own them: the one way from a place to another.

local function alive(controller)
  return call('ZSCORE', DUE, 'controller|' .. controller)
end

local function contacts_of(controller)
  local found = call('ZRANGE', OWNED, '[' .. controller .. '|', '(' .. controller .. '}', 'BYLEX')
  for i = 1, #found do found[i] = string.sub(found[i], #controller + 2) end
  return found
end

local function contact_of(id)
  local record = call('HGET', CONTACTS, id)
  return record and cjson.decode(record)
end

-- Whether there is a call of the contact; a callback has one once its caller has picked up.
local function on_line(contact)
  return contact.live or not contact.callback
end

-- The line of a queue that a record names so.
local function line_by(queue, digest)
  return digest and digest ~= '' and queue .. '|' .. digest or queue
end

local function line_of(contact)
  return line_by(contact.queue, contact.line)
end

local function set_head(line)
  local found = first_between(WAITING, bounds(line))
  if found then
    call('HSET', HEADS, line, string.sub(found, #line + 2))
  else
    call('HDEL', HEADS, line)
  end
end

local function enter_waiting(id, contact)
  local line = line_of(contact)
  call('ZADD', WAITING, 0, entry(line, contact.effective, id))
  if line == contact.queue then return end
  local head = call('HGET', HEADS, line)
  if not head or contact.effective <= tonumber(string.sub(head, 1, 14)) then set_head(line) end
end

local function leave_waiting(id, contact)
  local line = line_of(contact)
  call('ZREM', WAITING, entry(line, contact.effective, id))
  if line ~= contact.queue and string.sub(call('HGET', HEADS, line), 16) == id then
    set_head(line)
  end
end

-- One contact fewer is in the line or going to it. The plain line needs no holder.
local function let_go(contact, line, now)
  if line ~= contact.queue and call('HINCRBY', HOLDERS, line, -1) == 0 then
    call('ZADD', DUE, now + KEPT, 'line|' .. line)
  end
end

-- The contact is no longer one of those whom nobody has answered.
local function uncount(id, contact, now)
  let_go(contact, line_of(contact), now)
  for _, digest in ipairs(contact.instead or {}) do
    let_go(contact, line_by(contact.queue, digest), now)
  end
  if contact.relax then
    call('ZREM', DUE, 'relax|' .. id)
    for _, step in ipairs(contact.relax) do
      for i = 2, #step do let_go(contact, line_by(contact.queue, step[i]), now) end
    end
  end
  if contact.callback then
    call('ZREM', CALLBACKS, entry(contact.queue, contact.promised, id))
    call('HDEL', NUMBERS, contact.number)
  else
    call('ZREM', ARRIVALS, entry(contact.queue, contact.arrived, id))
  end
end

-- Out of the place that its state gives it, into that of another: the only way to change one.
local function move_contact(id, contact, state, now)
  local was = contact.state
  if was == 'waiting' then
    leave_waiting(id, contact)
  elseif was == 'reserved' then
    call('ZREM', DUE, 'offer|' .. id)
  elseif was == 'orphan' then
    call('ZREM', DUE, 'orphan|' .. id)
    call('SREM', ADRIFT, id)
  elseif was == 'scheduled' then
    call('ZREM', DUE, 'callback|' .. id)
  elseif was == 'talking' then
    call('SREM', ADRIFT, id)
  end

  contact.state = state
  if state == 'gone' then
    call('HDEL', CONTACTS, id)
    if was ~= 'talking' then uncount(id, contact, now) end
    call('ZREM', OWNED, contact.owner .. '|' .. id)
    return
  elseif state == 'waiting' then
    enter_waiting(id, contact)
  elseif state == 'reserved' then
    call('ZADD', DUE, contact.expires, 'offer|' .. id)
  elseif state == 'orphan' then
    call('ZADD', DUE, now + GRACE, 'orphan|' .. id)
    call('SADD', ADRIFT, id)
  elseif state == 'scheduled' then
    call('ZADD', DUE, contact.due, 'callback|' .. id)
  elseif state == 'talking' then
    uncount(id, contact, now)
    if not alive(contact.owner) then call('SADD', ADRIFT, id) end
  end
  call('HSET', CONTACTS, id, cjson.encode(contact))
end

local function own_contact(id, contact, controller)
  call('ZREM', OWNED, contact.owner .. '|' .. id)
  call('ZADD', OWNED, 0, controller .. '|' .. id)
  contact.owner = controller
end

local function unpair(contact)
  contact.offer, contact.agent, contact.expires = nil, nil, nil
end

-- A callback without a call is nobody's: any controller's match may take it.
local function hand_back(id, contact, state, now)
  contact.dialled, contact.live = nil, nil
  own_contact(id, contact, '')
  move_contact(id, contact, state, now)
end

local function line_up(id, contact, now)
  unpair(contact)
  -- Nobody has looked whether anybody works there as long as it did not wait.
  if contact.instead then call('ZADD', DUE, now, 'empty|' .. line_of(contact)) end
  if not on_line(contact) then return hand_back(id, contact, 'waiting', now) end
  move_contact(id, contact, alive(contact.owner) and 'waiting' or 'orphan', now)
end

-- One that was thought dead gets back what nobody else has taken up.
local function extend_lease(controller, now)
  local lapsed = not alive(controller)
  call('ZADD', DUE, now + LEASE, 'controller|' .. controller)
  if lapsed then
    for _, id in ipairs(contacts_of(controller)) do
      local contact = contact_of(id)
      if contact.state == 'orphan' then line_up(id, contact, now) end
      call('SREM', ADRIFT, id)
    end
  end
end

-- How a record has what join.lua is given as `hold`.
local function hold_of(milliseconds)
  local longest = tonumber(milliseconds)
  return longest > 0 and longest or nil
end
