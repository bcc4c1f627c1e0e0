-- renew now controller -> end of the lease
-- One lease stands for all that a controller holds, another for what its node says of phones.
-- Writes due; after a lapse: contacts, waiting, adrift, agents, ready, members, states, pace, events.
extend_lease(ARGV[2], now)
node_lives(node_of(ARGV[2]), now)
return now + LEASE
