"""What the controller and the dialplan tell each other by channel variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ivr.flow.call import Cause

DONE: Final = "VAXEL_DONE"
"""Set to ``1`` at the end of a call that went its way; else the dialplan takes the call over."""

CAUSE: Final = "VAXEL_CAUSE"
"""Set beside it: why the dialplan shall hang up, a cause of Q.850."""

CAUSES: Final[Mapping[Cause, str]] = {
    Cause.NORMAL: "16",
    Cause.BUSY: "17",
    Cause.CONGESTION: "34",
    Cause.UNALLOCATED: "1",
    Cause.REJECTED: "21",
    Cause.UNAVAILABLE: "20",
}
"""Causes by their numbers in Q.850, which SIP carries too (RFC 3326)."""
