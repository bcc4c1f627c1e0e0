-- reconcile now live… -> {contact…} whose conversations are over
--   live   contacts whose channel still exists in Asterisk
-- Of the conversations whose controller is dead, those not live are ended.
-- Writes contacts, owned, adrift, agents, ready, states, due, pace, events.
local live, ended = {}, {}
for i = 2, #ARGV do live[ARGV[i]] = true end
for _, id in ipairs(call('SMEMBERS', ADRIFT)) do
  local contact = contact_of(id)
  if contact.state == 'talking' and not live[id] then
    end_talk(id, contact, now, span(contact.answered, now))
    lose(id, contact, now)
    ended[#ended + 1] = id
  end
end
return ended
