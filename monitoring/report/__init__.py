"""Reports from the SQL record: queues by interval, agents' times, the contacts behind a figure."""
