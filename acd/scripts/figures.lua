-- figures now queue credit -> {waiting, callbacks, oldest wait, logged in, ready,
--                              position of one who joined now, capacity, service, rang, served}
--   credit   milliseconds, as in join.lua
-- Reads arrivals, callbacks, members, ready, waiting, pace.
-- Needs steps.lua.
local queue = ARGV[2]
local _, since = first(ARRIVALS, queue)
local effective = math.max(0, now - tonumber(ARGV[3]))
local behind = string.format('(%s|%014d|', queue, effective + 1)
return {
  count(ARRIVALS, queue),
  count(CALLBACKS, queue),
  since and span(since, now) or 0,
  count(MEMBERS, queue),
  count(READY, queue),
  call('ZLEXCOUNT', WAITING, '[' .. queue .. '|', behind) + 1,
  pace_of(queue),
}
