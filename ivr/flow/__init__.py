"""The call-tree language: model, checks, engine and the port to a call."""
