-- hold now contact phone on -> 1 the contact hears music, or its agent again; 0 no news
--   phone   whose word it is; only that of the contact's agent counts, or of the node at which it is
--   on      1 or 0
-- Writes contacts, events.
local id, phone = ARGV[2], ARGV[3]
local contact = contact_of(id)
if not contact or contact.state ~= 'talking' then return 0 end
local agent = agent_of(contact.agent)
if phone ~= agent.phone and phone ~= 'node-' .. (agent.node or '') then return 0 end
if ARGV[4] == '0' then
  if not end_hold(id, contact, now) then return 0 end
elseif contact.held then
  return 0
else
  contact.held = now
  event('call.held', now, id, contact.queue, contact.agent, 'offer', contact.offer)
end
call('HSET', CONTACTS, id, cjson.encode(contact))
return 1
