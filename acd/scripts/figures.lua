-- figures now queue -> {waiting, callbacks, oldest wait, logged in, ready,
--                       position of one who joined now, capacity, service, rang, served}
-- Reads arrivals, callbacks, members, ready, waiting, pace.
-- Needs steps.lua.
local queue = ARGV[2]
local _, since = first(ARRIVALS, queue)
return {
  count(ARRIVALS, queue),
  count(CALLBACKS, queue),
  since and span(since, now) or 0,
  count(MEMBERS, queue),
  count(READY, queue),
  count(WAITING, queue) + 1,
  pace_of(queue),
}
