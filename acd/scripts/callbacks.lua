-- callbacks now [contact] -> {{contact, record, place…}…}
--   contact   only this one, also while it talks; left out: all that nobody has answered
--   place     as in place.lua, nothing where it does not wait in line
-- Reads contacts, callbacks, waiting, ready, members, pace.
local ids, reply = {ARGV[2]}, {}
if not ARGV[2] then
  for i, member in ipairs(call('ZRANGE', CALLBACKS, 0, -1)) do
    ids[i] = string.match(member, '^[^|]*|%d+|(.*)$')
  end
end
for _, id in ipairs(ids) do
  local record = call('HGET', CONTACTS, id)
  local contact = record and cjson.decode(record)
  if contact and contact.callback then
    reply[#reply + 1] = {id, record, unpack(place_of(id, contact) or {})}
  end
end
return reply
