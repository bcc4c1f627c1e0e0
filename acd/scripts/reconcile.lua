-- reconcile now controller live… -> {contact…} whose conversations are over
--   controller   who has asked the Asterisk of its node
--   live         contacts whose channel still exists there
-- Of the node's conversations whose controller is dead, those not live are ended. A node that has never
-- shown a sign of life, or whose time is over, can only be this one by an earlier name.
-- Writes contacts, owned, adrift, agents, ready, states, due, pace, events.
local node, live, ended = node_of(ARGV[2]), {}, {}
for i = 3, #ARGV do live[ARGV[i]] = true end
for _, id in ipairs(call('SMEMBERS', ADRIFT)) do
  local contact = contact_of(id)
  if contact.state == 'talking' and not live[id] then
    local owner = node_of(contact.owner)
    if owner == node or not (node_alive(owner) or call('ZSCORE', DUE, 'lost|' .. owner)) then
      end_unseen(id, contact, now)
      ended[#ended + 1] = id
    end
  end
end
return ended
