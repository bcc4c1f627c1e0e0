"""The lasting record: what happened (events), and what it amounts to (the SQL store)."""
