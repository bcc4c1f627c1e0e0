-- callback_of now number -> contact of the number's open callback, nil: none
-- Reads numbers.
return call('HGET', NUMBERS, ARGV[2])
