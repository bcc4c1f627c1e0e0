"""The events as a public contract: what each tells, as a table, a JSON Schema and a page."""
