-- bare waiting idle pair-prefix now -> {contact, agent}, nil: no pair
-- The least that a pairing is: take the first of each, write the pair with a lease. No states, no
-- second queue, no event, no message; and nothing would notice that the lease has run out.
local contact = redis.call('ZRANGE', KEYS[1], 0, 0)[1]
local agent = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
if not contact or not agent then return false end
redis.call('ZREM', KEYS[1], contact)
redis.call('ZREM', KEYS[2], agent)
redis.call('HSET', KEYS[3] .. contact, 'agent', agent, 'at', ARGV[1])
redis.call('PEXPIRE', KEYS[3] .. contact, 30000)
return {contact, agent}
