"""A soak: many calls in many queues for long, and every figure counted twice. `make soak`."""
