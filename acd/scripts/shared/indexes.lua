-- The sorted sets that serve all lines: the first, the count and the rank within each.

local function entry(line, time, id)
  return string.format('%s|%014d|%s', line, time, id)
end

-- What stands in one line lies between these two: '}' comes after '|', and ',' after '+', with
-- which the other lines of the queue begin.
local function bounds(line)
  return '[' .. line .. '|,', '(' .. line .. '}'
end

local function count(index, line)
  return call('ZLEXCOUNT', index, bounds(line))
end

local function first_between(index, from, till)
  return call('ZRANGE', index, from, till, 'BYLEX', 'LIMIT', 0, 1)[1]
end

-- The first entry of a line as (id, time), nil when it is empty.
local function first(index, line)
  local found = first_between(index, bounds(line))
  if not found then return nil end
  local time = #line + 2
  return string.sub(found, time + 15), tonumber(string.sub(found, time, time + 13))
end

-- The lines between two bounds in which somebody waits and somebody is ready, each as {line, the
-- first contact, its effective arrival, the first agent}. The two indexes leapfrog over whoever has
-- no counterpart: where nobody waits, or nobody is ready, that is one step, however many lines.
local function servable(from, till)
  local found = {}
  while true do
    local ready = first_between(READY, from, till)
    if not ready then return found end
    local line, agent = string.match(ready, '^(.-)|%d+|(.*)')
    local waits = first_between(WAITING, '[' .. line .. '|,', till)
    if not waits then return found end
    local other, since, contact = string.match(waits, '^(.-)|(%d+)|(.*)')
    if other == line then
      found[#found + 1] = {line = line, contact = contact, since = tonumber(since), agent = agent}
      if till == '(' .. line .. '}' then return found end
      from = '[' .. line .. '}'
    else
      from = bounds(other)
    end
  end
end
