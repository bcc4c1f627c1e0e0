-- extend now agent contact extension limit -> {how long the wrap-up lasts from now on, with a call:
--                                              after it (ms), {as in status.lua}}
--   contact   whom the agent talks with or wraps up after, '' for whoever that is
--   extension, limit   milliseconds; how much longer, and how long no wrap-up is longer than
-- While a result is owed the wrap-up has its own end: the time after the result grows.
-- Writes agents, due, events.
-- Errors: NOTLOGGEDIN, NOLASTCONTACT, NOWRAPUP, WRAPUPLIMIT
local id, extension, limit = ARGV[2], tonumber(ARGV[4]), tonumber(ARGV[5])
local agent = agent_of(id)
if not agent then return redis.error_reply('NOTLOGGEDIN ' .. id) end
local last = agent.last
local contact = agent.state == 'talking' and not agent.after and contact_of(agent.contact)
local talks = contact and contact.agent == id -- who is only asked does not wrap up
if not talks and agent.state ~= 'wrapup' then return redis.error_reply('NOWRAPUP ' .. id) end
if not last or (ARGV[3] ~= '' and ARGV[3] ~= last.contact) then
  return redis.error_reply('NOLASTCONTACT ' .. id)
end

local function longer(till, latest)
  local later = math.min(till + extension, latest)
  return later > till and later
end

if talks then
  last.wrapup = longer(last.wrapup or contact.wrapup, limit)
  if not last.wrapup then return redis.error_reply('WRAPUPLIMIT ' .. id) end
  call('HSET', AGENTS, id, cjson.encode(agent))
  return {last.wrapup, status(id, agent)}
end

local till, latest = tonumber(call('ZSCORE', DUE, 'wrapup|' .. id)), agent.since + limit
local later = longer(last.owed or till, latest)
if not later then return redis.error_reply('WRAPUPLIMIT ' .. id) end
if last.owed then
  last.owed = later
  call('HSET', AGENTS, id, cjson.encode(agent))
end
if later > till then
  till = later
  wrap_up_until(id, till, now)
end
return {span(now, till), status(id, agent)}
