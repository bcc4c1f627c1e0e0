-- pin now agent right limit lock phone -> {0, 0} right; {1, tries left} wrong; {2, until} locked
--   right   1 or 0; a lock refuses the right one too
--   limit   so many wrong ones in a row lock the agent for `lock` milliseconds
--   phone   where the PIN of a supervisor is asked for, who may be an agent too: one PIN, one count;
--           '' for an agent's
-- Writes pins, events.
local id, limit, lock, phone = ARGV[2], tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local wrong, locked = string.match(call('HGET', PINS, id) or '0|0', '^(%d+)|(%d+)$')
wrong, locked = tonumber(wrong), tonumber(locked)

local function refuse(reason, lifted)
  if phone == '' then return end
  event('supervisor.refused', now, '', '', '', 'reason', reason, 'by', id, 'phone', phone,
    known('until', lifted))
end

if locked > now + lock then -- the clock has been set back since
  locked = now + lock
  call('HSET', PINS, id, string.format('%d|%d', wrong, locked))
end
if locked > now then
  refuse('locked', locked)
  return {2, locked}
end
if ARGV[3] == '1' then
  call('HDEL', PINS, id)
  return {0, 0}
end
if locked > 0 then wrong = 0 end
wrong = wrong + 1
if wrong < limit then
  call('HSET', PINS, id, wrong .. '|0')
  refuse('wrong_pin')
  return {1, limit - wrong}
end
local lifted = now + lock
call('HSET', PINS, id, string.format('%d|%d', wrong, lifted))
if phone == '' then event('agent.locked', now, '', '', id, 'until', lifted) end
refuse('wrong_pin', lifted)
return {2, lifted}
