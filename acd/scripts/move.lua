-- move now contact from to ring wrapup hold by -> record of the contact
--   from           its queue, as far as whoever wants it elsewhere knows
--   ring, wrapup, hold   as in join.lua, of the other queue
--   by             the supervisor who wants it there
-- The waiting call leaves its queue and waits in the other one. Effective arrival and what it
-- requires go with it, whom it prefers too; its wait, as figures have it, begins anew. Its tree is
-- told nothing: join.lua takes a contact up here that is led to the queue in which it began.
-- Writes contacts, waiting, arrivals, owned, due, events, lines, holders; what nobody required in
-- the other queue before: also the agents, members and ready of it.
-- Errors: CONTACTUNKNOWN, CONTACTOFFERED, CONTACTELSEWHERE, NOTWAITING, TOOMANYLINES
local id, from, to = ARGV[2], ARGV[3], ARGV[4]
local contact = contact_of(id)
if not contact then return redis.error_reply('CONTACTUNKNOWN ' .. id) end
if contact.state == 'reserved' then return redis.error_reply('CONTACTOFFERED ' .. id) end
if contact.state ~= 'waiting' or contact.callback then
  return redis.error_reply('NOTWAITING ' .. id)
end
if contact.queue ~= from then return redis.error_reply('CONTACTELSEWHERE ' .. id) end
if from == to then return cjson.encode(contact) end

local requirement_of = {[from] = ''}
for _, other in ipairs(lines_beside(from)) do requirement_of[other[1]] = other[2] end
-- The requirement of some lines, each instead of the one before.
local function told(digests)
  for i, digest in ipairs(digests) do digests[i] = requirement_of[line_by(from, digest)] end
  return table.concat(digests, '|')
end
local wishes = {{0, told({contact.line or '', unpack(contact.instead or {})})}}
for i, step in ipairs(contact.relax or {}) do
  wishes[i + 1] = {span(now, step[1]), told({unpack(step, 2)})}
end
local steps, fault = required(to, wishes)
if fault then return fault end

acted('move', ARGV[8], now, {contact = id, queue = from, to = to})
event('call.left', now, id, from, '', 'waited', span(contact.arrived, now), 'reason', 'moved')
move_contact(id, contact, 'gone', now)
local began = contact.began or from
contact.began = began ~= to and began or nil
contact.queue, contact.arrived, contact.expected = to, now, nil
contact.ring, contact.wrapup = tonumber(ARGV[5]), tonumber(ARGV[6])
contact.hold = hold_of(ARGV[7])
require_skills(contact, steps)
enter_queue(id, contact, now)
return cjson.encode(contact)
