"""Asterisk's protocols, usable alone: FastAGI under ``agi``, the Manager under ``ami``."""
