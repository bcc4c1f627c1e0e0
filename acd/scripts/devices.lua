-- devices now node [phone state]… -> {agent…} who can be offered contacts again
--   state   well, in_use, unreachable
-- What the Asterisk of a node says of phones, whoever's they are: one may be logged in at later. A
-- word that is known already changes nothing; all hold as long as a controller of the node lives.
-- Writes devices, agents, ready, members, states, due, pace, events. Reads phones, lines.
local node = ARGV[2]
local lapsed, back = renew_node(node, now), {}
for i = 3, #ARGV, 2 do
  local phone = ARGV[i]
  local id = heard(phone, node, ARGV[i + 1]) and call('HGET', PHONES, phone)
  if id and phone_is(id, agent_of(id), now) then back[#back + 1] = id end
end
-- Behind its words: of a node that was thought dead the new ones count, not what it said before.
for _, id in ipairs(lapsed and look_at_phones(now) or {}) do back[#back + 1] = id end
return back
