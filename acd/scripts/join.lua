-- join now contact queue controller ring wrapup hold credit [after requirement…] -> 1 old, 0 new
--   ring, wrapup, credit   milliseconds; credit moves the contact forward in line
--   hold   so long (ms) the agent wraps up at most who gives no result; 0: none need be given
--   after, requirement     so long after its arrival (ms) the contact requires this and no more; the
--                          first at once; see `wished`. One that is taken up goes on with what it had
-- One that a supervisor has moved away from this queue is taken up in the other one.
-- A callback of this queue whose caller has picked up, or is back, is a call again at its place.
-- Writes contacts, waiting, arrivals, owned, due, events; resuming: also adrift and the agent; a
-- callback led to another queue: also callbacks, numbers; what nobody required before: also lines,
-- holders, and the agents, members and ready of the queue.
-- Errors: CONTACTBUSY, TOOMANYLINES
local id, queue, controller = ARGV[2], ARGV[3], ARGV[4]
local contact = contact_of(id)
local mine = contact and on_line(contact) and contact.owner == controller
local stays = contact and (contact.queue == queue or contact.began == queue)
if mine and (not stays or contact.state == 'talking') then
  return redis.error_reply('CONTACTBUSY ' .. id)
end
local resumed = stays and contact.state ~= 'talking'
local steps, fault
if not resumed then
  steps, fault = required(queue, wished(9))
  if fault then return fault end
end
extend_lease(controller, now)

if resumed then
  if not on_line(contact) then
    contact.live = true
    if contact.state == 'scheduled' then
      contact.effective = math.min(contact.effective, now)
      put_off(contact, -span(now, contact.arrived))
      await_relaxing(id, contact)
    end
  end
  if not mine then
    own_contact(id, contact, controller)
    -- Whoever rang the agent is gone, and the caller is here: nothing rings any more.
    if contact.state == 'reserved' then
      end_offer(id, contact, now, 'expired')
    else
      line_up(id, contact, now)
    end
  elseif contact.state == 'orphan' then
    line_up(id, contact, now)
  end
  return 1
end

if contact then leave_behind(id, contact, now) end
contact = {
  queue = queue,
  arrived = now,
  effective = math.max(0, now - tonumber(ARGV[8])),
  owner = controller,
  ring = tonumber(ARGV[5]),
  wrapup = tonumber(ARGV[6]),
  hold = hold_of(ARGV[7]),
}
require_skills(contact, steps)
enter_queue(id, contact, now)
return 0
