"""A call on its channel, from the first ring to the end."""
