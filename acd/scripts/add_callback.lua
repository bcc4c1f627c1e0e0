-- add_callback now contact queue ring wrapup hold wish parting [after requirement…] -> 1
--   contact        an id of its own, or the call's in which the person has asked for it: should that
--                  be in a queue still, or a callback of another number, it is so no longer
--   ring, wrapup, hold   as in join.lua, of the queue
--   wish           as in keep_place.lua
--   parting        nobody calls for so long (ms): the person is on the phone with us still
--   after, requirement   as in join.lua
-- A callback that has no place in the queue yet.
-- Writes contacts, waiting, callbacks, numbers, owned, due, events; of a call that was in a queue:
-- also arrivals, adrift and the agent; what nobody required before: also lines, holders, and the
-- agents, members and ready of the queue.
-- Errors: CALLBACKOPEN, TOOMANYLINES
local id, wish = ARGV[2], cjson.decode(ARGV[7])
local open = call('HGET', NUMBERS, wish.number)
if open then return redis.error_reply('CALLBACKOPEN ' .. open) end
local steps, fault = required(ARGV[3], wished(9))
if fault then return fault end
local contact = contact_of(id)
if contact then leave_behind(id, contact, now) end
contact = {
  queue = ARGV[3],
  arrived = now,
  effective = now,
  ring = tonumber(ARGV[4]),
  wrapup = tonumber(ARGV[5]),
  hold = hold_of(ARGV[6]),
}
require_skills(contact, steps)
begin_callback(id, contact, wish, now + tonumber(ARGV[8]), now)
return 1
