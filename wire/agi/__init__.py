"""FastAGI: Asterisk asks, a session answers with commands."""
