-- devices now [phone state]… -> {agent…} who can be offered contacts again
--   state   well, in_use, unreachable
-- What Asterisk says of phones, whoever's they are: one may be logged in at later. A word that is
-- known already changes nothing.
-- Writes devices, agents, ready, members, states, due, pace, events. Reads phones, lines.
local back = {}
for i = 2, #ARGV, 2 do
  local phone, away = ARGV[i], ARGV[i + 1]
  if away == 'well' then
    away = nil
    call('HDEL', DEVICES, phone)
  else
    call('HSET', DEVICES, phone, away)
  end
  local id = call('HGET', PHONES, phone)
  local agent = id and agent_of(id)
  if agent and agent.away ~= away then
    phone_is(id, agent, away, now)
    if agent.state == 'ready' and not away then back[#back + 1] = id end
  end
end
return back
