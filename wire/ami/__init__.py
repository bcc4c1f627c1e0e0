"""The Asterisk Manager Interface: events in, actions out."""
