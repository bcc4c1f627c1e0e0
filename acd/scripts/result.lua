-- result now agent contact result by -> status as in status.lua
--   contact   whom the agent talks with or talked to last, '' for whoever that is
--   by        the supervisor, or the program, that gives it for the agent; '' for the agent
-- A code for what came of the contact; the last one counts, each is told, the same one once. Where
-- one was owed the wrap-up ends when it would have anyway, at once when that is past.
-- Writes agents, ready, states, due, pace, events.
-- Errors: NOTLOGGEDIN, NOLASTCONTACT
local id, result = ARGV[2], ARGV[4]
local agent = agent_of(id)
if not agent then return redis.error_reply('NOTLOGGEDIN ' .. id) end
local last = agent.last
if not last or (ARGV[3] ~= '' and ARGV[3] ~= last.contact) then
  return redis.error_reply('NOLASTCONTACT ' .. id)
end
if last.result == result then return status(id, agent) end
acted('result', ARGV[5], now, {agent = id, contact = last.contact, queue = last.queue})
event('contact.result_given', now, last.contact, last.queue, id, 'result', result,
  known('before', last.result, 'by', ARGV[5] ~= '' and ARGV[5]))
local till = last.owed
last.result, last.owed = result, nil
if till and agent.state == 'wrapup' and till <= now then
  start_idling(id, agent, now)
else
  call('HSET', AGENTS, id, cjson.encode(agent))
  if till and agent.state == 'wrapup' then wrap_up_until(id, till, now) end
end
return status(id, agent)
