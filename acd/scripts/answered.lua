-- answered now contact offer at -> 1 the conversation begins, 0 it had begun already
--   at   when the agent picked up, not later than now
-- Writes contacts, arrivals, callbacks, numbers, agents, states, due, pace, events.
-- Errors: STALEOFFER
local id, offer, at = ARGV[2], ARGV[3], math.min(now, tonumber(ARGV[4]))
local contact, fault = current(id, offer)
if not contact then return fault end
if contact.state == 'talking' then return 0 end
contact.answered = at
if contact.callback then contact.live = true end
move_contact(id, contact, 'talking', at)
local agent = agent_of(contact.agent)
agent.missed, agent.calls = nil, agent.calls or {}
agent.calls[contact.queue] = (agent.calls[contact.queue] or 0) + 1
move_agent(contact.agent, agent, 'talking', at, contact.queue)
local expected = not contact.callback and contact.expected or {}
event(contact.callback and 'callback.answered' or 'call.answered', at, id, contact.queue, contact.agent, 'offer', offer,
  'waited', span(contact.arrived, at), known('estimated_low', expected[1],
  'estimated', expected[2], 'estimated_high', expected[3]))
return 1
