-- conversation now agent -> offer as in match.lua (talking), nil: the agent talks to nobody
-- Reads agents, contacts.
local agent = agent_of(ARGV[2])
if not agent or agent.state ~= 'talking' then return false end
local contact = contact_of(agent.contact)
if contact.agent ~= ARGV[2] then return false end -- asked by a colleague
return offer_of(agent.contact, contact, agent)
