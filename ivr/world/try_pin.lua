-- KEYS   the tries of one caller at one PIN
-- ARGV   now, given, limit, lock
--   now     epoch milliseconds
--   given   right | wrong, or '' to ask only for the lock
--   limit   so many wrong ones lock the caller out
--   lock    for so many milliseconds; after so long without a wrong one none is remembered
-- -> right | wrong | locked; a lock refuses the right one too
local now, given = tonumber(ARGV[1]), ARGV[2]
local limit, lock = tonumber(ARGV[3]), tonumber(ARGV[4])
local tries, last = string.match(redis.call('GET', KEYS[1]) or '0|0', '^(%d+)|(%d+)$')
tries, last = tonumber(tries), tonumber(last)
if now - last >= lock then tries = 0 end
if tries >= limit then return 'locked' end
if given == '' then return 'wrong' end
-- Written before it is judged: a Redis that can write nothing lets nobody in.
tries = tries + 1
redis.call('SET', KEYS[1], string.format('%d|%.0f', tries, now), 'PX', lock)
if given == 'right' then
  redis.call('DEL', KEYS[1])
  return 'right'
end
return tries >= limit and 'locked' or 'wrong'
