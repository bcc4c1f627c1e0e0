"""What the controller and the dialplan tell each other by channel variables."""

from __future__ import annotations

from typing import Final

DONE: Final = "VAXEL_DONE"
"""Set to ``1`` at the end of a call that went its way; else the dialplan takes the call over."""
