"""What a queue is to achieve: so many of its callers answered within so long."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator

from ivr.flow.faults import Strict, fault
from ivr.flow.lengths import Length, spelled

THRESHOLDS: Final = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)
"""Seconds that can be aimed at: the bounds of waits (``monitoring.metrics.bounds``)."""

_SHARE = re.compile(r"(\d{1,3}(?:\.\d+)?) ?%")


def _counted(seconds: float) -> float:
    if seconds not in THRESHOLDS:
        raise fault(
            "uncounted_threshold",
            f"waits are not counted by {spelled(seconds)}",
            advice=f"use one of {', '.join(map(spelled, THRESHOLDS))}",
        )
    return seconds


def _share(value: object) -> float:
    match = _SHARE.fullmatch(value.strip()) if isinstance(value, str) else None
    share = float(match[1]) / 100 if match is not None else 0.0
    if not 0 < share <= 1:
        raise fault("no_share", f"“{value}” is not a share", advice="write it in percent: 80 %")
    return share


class ServiceLevel(Strict):
    """The target of a queue; the figures tell how it is met.

    Attributes:
        within: So long a caller may wait to be answered in time.
        share: Percent of the callers who shall be.
    """

    within: Annotated[float, Length(5, 600), AfterValidator(_counted)] = 20
    share: Annotated[float, BeforeValidator(_share, json_schema_input_type=str)]
