-- nobody now contact at work -> 1 there is nobody who could ever serve the contact, 0 there is, or it
--                               does not wait
--   at work   1: who pauses, or will after a call, does not count either; 0: whoever is logged in does
-- Reads contacts, members, agents.
local contact = contact_of(ARGV[2])
if not contact or contact.state ~= 'waiting' then return 0 end
local digests = {contact.line or '', unpack(contact.instead or {})}
for _, step in ipairs(contact.relax or {}) do
  for i = 2, #step do digests[#digests + 1] = step[i] end
end
for _, digest in ipairs(digests) do
  local line = line_by(contact.queue, digest)
  if ARGV[3] == '1' then
    if at_work(line) then return 0 end
  elseif count(MEMBERS, line) > 0 then
    return 0
  end
end
return 1
