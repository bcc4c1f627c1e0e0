-- answered now contact offer agent at -> 1 the conversation begins, 0 it had begun already
--   agent   who has picked up, one of those who are rung; the others are ready again
--   at      when, not later than now
-- Writes contacts, arrivals, callbacks, numbers, agents, ready, states, due, pace, events.
-- Errors: STALEOFFER
local id, offer, agent_id, at = ARGV[2], ARGV[3], ARGV[4], math.min(now, tonumber(ARGV[5]))
local contact, fault = current(id, offer, agent_id)
if not contact then return fault end
if contact.state == 'talking' then return 0 end
local others = contact.beside or {}
if contact.agent ~= agent_id then
  others[place_beside(contact, agent_id)] = contact.agent
  contact.agent = agent_id
end
contact.beside = nil
begin_talk(id, contact, agent_of(agent_id), at)
let_go_others(others, at)
return 1
