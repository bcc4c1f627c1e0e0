-- figures now queue -> {waiting, callbacks, oldest wait, logged in, ready}
-- Reads arrivals, callbacks, members, ready.
local queue = ARGV[2]
local _, since = first(ARRIVALS, queue)
return {
  count(ARRIVALS, queue),
  count(CALLBACKS, queue),
  since and span(since, now) or 0,
  count(MEMBERS, queue),
  count(READY, queue),
}
