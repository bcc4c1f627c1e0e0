-- KEYS   an organisation's event stream; its copy, or no second key to look only
-- ARGV   after, count, caller…
--   after    id of the last entry that was looked at
--   count    at most so many entries now, for nobody else is served meanwhile
--   caller   a number as it may have been delivered
-- -> {id of the last entry looked at now, 1 at the end of the stream else 0, entries in which one
--     of the callers stands, id of the last of these or ''}
-- The copy has the entries under their own ids, without these callers. At the end of the stream it
-- takes the stream's place in the same step, so that no event is missed or moved.
local stream, copy = KEYS[1], KEYS[2]
local after, count, found, last = ARGV[1], tonumber(ARGV[2]), 0, ''
local callers = {}
for i = 3, #ARGV do callers[ARGV[i]] = true end

local entries = redis.call('XRANGE', stream, '(' .. after, '+', 'COUNT', count)
for _, entry in ipairs(entries) do
  local id, fields, kept = entry[1], entry[2], {}
  for i = 1, #fields, 2 do
    local name, value = fields[i], fields[i + 1]
    if name == 'caller' and callers[value] then
      found, last = found + 1, id
    else
      kept[#kept + 1] = name
      kept[#kept + 1] = value
    end
  end
  if copy and #kept > 0 then redis.call('XADD', copy, id, unpack(kept)) end
  after = id
end

local over = #entries < count
if copy and redis.call('EXISTS', copy) == 1 then
  if not over then
    redis.call('PEXPIRE', copy, 600000)  -- whoever makes it may be killed
  else
    local facts = redis.call('XINFO', 'STREAM', stream)
    for i = 1, #facts, 2 do
      if facts[i] == 'last-generated-id' then redis.call('XSETID', copy, facts[i + 1]) end
    end
    redis.call('PERSIST', copy)
    redis.call('UNLINK', stream)  -- for RENAME would free what it replaces while all wait
    redis.call('RENAME', copy, stream)
  end
end
return {after, over and 1 or 0, found, last}
