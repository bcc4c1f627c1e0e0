-- What happens, told in the same step.

-- contact, queue, agent: '' where they do not apply. Then the event's own fields, name and value.
local function event(kind, now, contact, queue, agent, ...)
  local fields = {'type', kind, 'at', now}
  local n = 4
  if contact ~= '' then fields[n + 1], fields[n + 2], n = 'contact', contact, n + 2 end
  if queue ~= '' then fields[n + 1], fields[n + 2], n = 'queue', queue, n + 2 end
  if agent ~= '' then fields[n + 1], fields[n + 2], n = 'agent', agent, n + 2 end
  for i = 1, select('#', ...) do fields[n + i] = select(i, ...) end
  call('XADD', EVENTS, 'MAXLEN', '~', STREAM_LIMIT, '*', unpack(fields))
end

-- The pairs that have a value, for the end of an event's fields.
local function known(name, value, ...)
  if not name then return end
  if value then return name, value, known(...) end
  return known(...)
end

-- Clocks of two machines may differ a little, and a clock may be set back.
local function span(from, till)
  return math.max(0, till - from)
end

-- A supervisor's act; what comes of it tells of itself, now or when a call is over.
local function acted(act, by, now, on)
  if by == '' then return end
  event('supervisor.acted', now, on.contact or '', on.queue or '', on.agent or '',
    'act', act, 'by', by, known('reason', on.reason, 'credit', on.credit, 'to', on.to))
end
