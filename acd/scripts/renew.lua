-- renew now controller -> end of the lease
-- One lease stands for all that a controller holds.
-- Writes due; after a lapse: contacts, waiting, adrift.
extend_lease(ARGV[2], now)
return now + LEASE
