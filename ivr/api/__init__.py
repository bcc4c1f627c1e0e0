"""The HTTP and WebSocket API: what supervisors' programs see, and what they may do."""
