-- answered_late now contact offer agent phone controller at -> {agent…} who are held in vain no more;
--                                                              nil: it is not so any more
--   offer        over by its time, by whose number the conversation goes
--   agent, phone   who has picked up, and where
--   controller   the contact's, which has rung the agent and knows
--   at           when, not later than now
-- An answer of which nobody could tell before its offer expired is one all the same: the contact
-- waits on here alone, and whoever is reserved for it meanwhile is rung by nobody. What a pause was,
-- it is again after the call.
-- Writes as answered.lua, and waiting, adrift.
local id, agent_id = ARGV[2], ARGV[4]
local contact, agent = contact_of(id), agent_of(agent_id)
if not contact or contact.owner ~= ARGV[6] or not has_lapsed(contact, ARGV[3]) then return false end
if not agent or agent.phone ~= ARGV[5] or agent.calling then return false end
if has_call(agent) and agent.contact ~= id then return false end

local freed = {}
if contact.state == 'reserved' then
  freed = {contact.agent, unpack(contact.beside or {})}
  end_offer(id, contact, now, 'expired')
  agent = agent_of(agent_id)
end
if agent.state == 'paused' then agent.after = {state = 'paused', reason = agent.reason} end
contact.offer, contact.agent, contact.expires, agent.contact = ARGV[3], agent_id, now, id
-- What the agent has done since the offer expired is told already.
begin_talk(id, contact, agent, math.max(agent.since, math.min(now, tonumber(ARGV[7]))))
return freed
