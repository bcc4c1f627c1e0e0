-- login now agent phone skills backup weight alone queue… -> status as in status.lua
--   skills   JSON {name: level}
--   backup   JSON {queue: true}, those of the queues that the agent helps out
--   weight   how often the agent is drawn where a queue draws by chance, beside the others
--   alone    1: no other telephone is rung together with this one; else 0
-- Logged in already: moves to this phone and starts afresh. Another agent at the phone has left
-- it and is logged out. Not offered anything before the phone can be rung.
-- Reads lines, devices, strategies. Writes agents, phones, members, ready, states, due, pace,
-- events.
-- Errors: AGENTBUSY, PHONEBUSY
local id, phone = ARGV[2], ARGV[3]
local agent = agent_of(id)
if agent and has_call(agent) then return redis.error_reply('AGENTBUSY ' .. id) end
local holder_id = call('HGET', PHONES, phone)
if holder_id and holder_id ~= id then
  local holder = agent_of(holder_id)
  if has_call(holder) then return redis.error_reply('PHONEBUSY ' .. phone) end
  log_out(holder_id, holder, now)
end
if agent then log_out(id, agent, now) end

agent = {phone = phone, queues = {select(8, unpack(ARGV))}, login = now}
for name, kept in pairs({skills = cjson.decode(ARGV[4]), backup = cjson.decode(ARGV[5])}) do
  if next(kept) then agent[name] = kept end
end
if ARGV[6] ~= '1' then agent.weight = tonumber(ARGV[6]) end
if ARGV[7] == '1' then agent.alone = true end
call('HSET', PHONES, phone, id)
enter_lines(id, agent)
event('agent.logged_in', now, '', '', id, 'phone', phone)
start_idling(id, agent, now)
phone_is(id, agent, now)
return status(id, agent)
