-- statuses now agent… -> {{as in status.lua}…}
-- Reads agents, due.
local reply = {}
for i = 2, #ARGV do reply[i - 1] = status(ARGV[i], agent_of(ARGV[i])) end
return reply
