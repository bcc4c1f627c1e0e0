"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# The same inputs in every run, and no verdict by the clock of a busy machine.
settings.register_profile("vaxel", deadline=None, derandomize=True)
settings.load_profile("vaxel")
