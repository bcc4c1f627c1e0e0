-- contact now contact -> record, nil: it is in no queue and no conversation
-- Reads contacts.
return call('HGET', CONTACTS, ARGV[2])
