-- sweep now limit -> {next due (0: nothing), contacts adrift now,
--                      {expired…}, {newly adrift…}, {lost…}, {ready…}, {called…},
--                      {relaxed…}, {dead node…}}
--   limit   so many of what is due are settled; the rest is due at once in the reply
-- Does what time alone demands: leases, unanswered offers, orphans, wrap-ups, callbacks' times,
-- skills that are required no longer, phones that stay away, lines in which nobody stands, or for
-- which nobody works any more, dead nodes.
-- Writes everything but devices, offers, pins.
local expired, adrift, lost, ready, called, relaxed, dead = {}, {}, {}, {}, {}, {}, {}

local settle = {}

function settle.controller(name)
  call('ZREM', DUE, 'controller|' .. name)
  for _, id in ipairs(contacts_of(name)) do
    local contact = contact_of(id)
    if contact.state == 'waiting' then
      move_contact(id, contact, 'orphan', now)
      adrift[#adrift + 1] = id
    elseif contact.state == 'talking' then
      call('SADD', ADRIFT, id) -- it goes on in Asterisk; reconcile.lua ends it
      adrift[#adrift + 1] = id
    end -- reserved: the phone may be ringing still; the offer has its own end
  end
end

function settle.offer(id)
  local contact = contact_of(id)
  contact.lapsed = contact.lapsed or {}
  table.insert(contact.lapsed, contact.offer)
  end_offer(id, contact, now, 'expired')
  expired[#expired + 1] = id
end

function settle.orphan(id)
  local contact = contact_of(id)
  end_contact(id, contact, now, contact.callback and 'lost' or 'failed')
  lose(id, contact, now)
  lost[#lost + 1] = id
end

function settle.wrapup(id)
  start_idling(id, agent_of(id), now)
  ready[#ready + 1] = id
end

function settle.callback(id)
  local contact = contact_of(id)
  move_contact(id, contact, 'waiting', now)
  if contact.instead then relax(id, contact, now) end
  called[#called + 1] = id
end

function settle.relax(id)
  relax(id, contact_of(id), now)
  relaxed[#relaxed + 1] = id
end

function settle.phone(id)
  phone_gone(id, agent_of(id))
end

settle.line = close_line

function settle.node(name)
  call('ZREM', DUE, 'node|' .. name)
  call('ZADD', DUE, now + UNSEEN_TALK, 'lost|' .. name)
  look_at_phones(now)
  dead[#dead + 1] = name
end

-- Nobody can be asked whether the conversations go on. Their agents must not wait for ever.
function settle.lost(name)
  call('ZREM', DUE, 'lost|' .. name)
  for _, id in ipairs(call('SMEMBERS', ADRIFT)) do
    local contact = contact_of(id)
    if contact.state == 'talking' and node_of(contact.owner) == name then
      end_unseen(id, contact, now)
      lost[#lost + 1] = id
    end
  end
end

function settle.empty(line)
  call('ZREM', DUE, 'empty|' .. line)
  if at_work(line) then return end
  local from, till = bounds(line)
  local waiting = call('ZRANGE', WAITING, from, till, 'BYLEX', 'LIMIT', 0, ARGV[2])
  for _, member in ipairs(waiting) do
    local id = string.sub(member, #line + 17)
    relax(id, contact_of(id), now)
    relaxed[#relaxed + 1] = id
  end
  if #waiting == tonumber(ARGV[2]) then call('ZADD', DUE, now, 'empty|' .. line) end
end

for _, member in ipairs(call('ZRANGE', DUE, '-inf', now, 'BYSCORE', 'LIMIT', 0, ARGV[2])) do
  local when = call('ZSCORE', DUE, member)
  if when and tonumber(when) <= now then -- else what came before it has settled it too
    local kind, name = string.match(member, '^(%a+)|(.*)$')
    settle[kind](name)
  end
end

local following = call('ZRANGE', DUE, 0, 0, 'WITHSCORES')
return {tonumber(following[2] or 0), call('SCARD', ADRIFT), expired, adrift, lost, ready, called,
  relaxed, dead}
