"""Callers who would rather be called: their wish, the number and time, the call out."""
