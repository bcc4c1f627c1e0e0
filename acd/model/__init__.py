"""The ACD's words. What crosses the room's door is here."""
