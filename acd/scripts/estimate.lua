-- estimate now queue credit -> {position, ready, capacity, service, rang, served} of one who joined now
--   credit   milliseconds, as in join.lua
-- Reads waiting, ready, pace.
-- Needs steps.lua.
local queue = ARGV[2]
local effective = math.max(0, now - tonumber(ARGV[3]))
local behind = string.format('(%s|%014d|', queue, effective + 1)
return {
  call('ZLEXCOUNT', WAITING, '[' .. queue .. '|', behind) + 1,
  count(READY, queue),
  pace_of(queue),
}
