-- transferred now contact offer talked to target queue ring wrapup hold controller [after…] -> arrival
--   arrival        the effective one, where the contact waits from here on
--   after          and a requirement, as often as there are steps; as in join.lua
--   talked         milliseconds of conversation; '': until now
--   to, target     `queue` and its name, `agent` and the agent's id, `number` and ''
--   queue          where the contact waits from here on; '' where it leaves the ACD
--   ring, wrapup, hold   as in join.lua, of that queue
--   controller     whose call it is
--   after, requirement   as in join.lua
-- The agent hands the contact over: their conversation is over, they wrap up, and the contact waits
-- in `queue` in the same step. It keeps its effective arrival: whoever has waited once does not wait
-- behind those who came later. Its wait, as figures have it, begins anew. A callback is a call now.
-- Writes contacts, waiting, arrivals, owned, agents, ready, states, due, adrift, pace, events; what
-- nobody required before: also lines, holders, members.
-- Errors: STALEOFFER, NOTANSWERED, TOOMANYLINES
local id, offer, to, target, queue = ARGV[2], ARGV[3], ARGV[5], ARGV[6], ARGV[7]
local controller = ARGV[11]
local before, fault = current(id, offer)
if not before then return fault end
if before.state ~= 'talking' then return redis.error_reply('NOTANSWERED ' .. offer) end
local steps
if queue ~= '' then
  steps, fault = required(queue, wished(12))
  if fault then return fault end
end
event('call.transferred', now, id, before.queue, before.agent, 'offer', offer, 'to', to,
  known('to_queue', to == 'queue' and target, 'to_agent', to == 'agent' and target))
end_talk(id, before, now, tonumber(ARGV[4]) or span(before.answered, now))
local effective = math.min(before.effective, now)
if queue == '' then return effective end

-- Its tree is told nothing, as in move.lua.
local began = before.began or before.queue
local contact = {
  queue = queue,
  began = began ~= queue and began or nil,
  arrived = now,
  effective = effective,
  owner = controller,
  ring = tonumber(ARGV[8]),
  wrapup = tonumber(ARGV[9]),
  hold = hold_of(ARGV[10]),
}
extend_lease(controller, now)
require_skills(contact, steps)
enter_queue(id, contact, now)
return effective
