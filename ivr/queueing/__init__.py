"""A caller in a queue: they wait, agents are rung, two talk."""
