"""The decisions' times against the number of callers who wait, as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import matplotlib
from matplotlib.figure import Figure

PLACE: Final = Path(__file__).resolve().parents[3] / "test-results" / "bench" / "skills.svg"


def draw(waiting: Sequence[int], curves: Mapping[str, Sequence[float]]) -> Path:
    """Draw microseconds against callers, both on logarithmic scales.

    Beside the curves stands what a linear search would cost that is as quick as ours with the
    fewest callers: what grows in that way is seen to.

    Args:
        waiting: How many wait.
        curves: Microseconds of the server's processor for each of these, by what is measured.

    Returns:
        The file that was written, an SVG.
    """
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "vaxel"}):
        picture = Figure(figsize=(8, 5), layout="constrained")
        plot = picture.add_subplot()
        for name, microseconds in curves.items():
            plot.loglog(waiting, microseconds, marker="o", label=name)
        first = min(microseconds[0] for microseconds in curves.values())
        linear = [first * n / waiting[0] for n in waiting]
        plot.loglog(waiting, linear, linestyle=":", color="#999999", label="if it were linear")
        highest = max(max(microseconds) for microseconds in curves.values())
        plot.set_ylim(first / 2, 10 * highest)
        plot.set_xlabel("callers who wait, in 200 queues of 10,000 agents with 5 skills each")
        plot.set_ylabel("µs of Redis's processor")
        plot.grid(visible=True, which="major", alpha=0.3)
        plot.legend(frameon=False)
        PLACE.parent.mkdir(parents=True, exist_ok=True)
        picture.savefig(PLACE, format="svg", metadata={"Date": None})
    return PLACE
