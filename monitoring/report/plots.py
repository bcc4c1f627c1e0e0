"""The reports' plots, as SVG that stands in the page itself.

The colours are told apart by colour-blind people too (Okabe and Ito's); each plot is drawn from the
table below it, which is its text for those who do not see it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import matplotlib
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MaxNLocator, PercentFormatter

from monitoring.definitions import terms
from monitoring.report.agents import AgentTime
from monitoring.report.queues import QueueReport
from monitoring.report.words import Word
from store.doing import AgentState

_GREEN, _RED, _YELLOW, _BLUE, _SKY, _PINK, _LEMON, _GREY = (
    "#009E73",
    "#D55E00",
    "#E69F00",
    "#0072B2",
    "#56B4E9",
    "#CC79A7",
    "#F0E442",
    "#999999",
)
_MOST_LABELS = 12
_drawing = matplotlib.rc_context(
    # letters stay letters, a name with two dollar signs too; the same drawing each time
    {"svg.fonttype": "none", "text.parse_math": False, "svg.hashsalt": "vaxel"}
)


@_drawing
def queue_plot(report: QueueReport) -> str:
    """Answered, abandoned and flow-outs an interval, and the service level; ``""`` of no call."""
    if not report.grid.cells:
        return ""
    period = report.question.period
    cells = [report.grid.summed(number) for number in range(len(period))]
    places = range(len(cells))
    canvas = Canvas(figsize=(10, 4), layout="constrained")
    bars = canvas.add_subplot()
    below = [0] * len(cells)
    for term, word, colour in (
        (terms.ANSWERED, Word.ANSWERED, _GREEN),
        (terms.ABANDONED, Word.ABANDONED, _RED),
        (terms.FLOWED_OUT, Word.LEFT, _YELLOW),
    ):
        heights = [cell[term] for cell in cells]
        bars.bar(places, heights, bottom=below, color=colour, label=word.spoken(report.language))
        below = [a + b for a, b in zip(below, heights, strict=True)]
    bars.yaxis.set_major_locator(MaxNLocator(integer=True))
    every = -(-len(cells) // _MOST_LABELS)
    shown = list(places)[::every]
    bars.set_xticks(shown, [period.label(n) for n in shown], rotation=30, ha="right")
    line = bars.twinx()
    levels = [report.level.of(cell) for cell in cells]
    line.plot(
        places,
        [float("nan") if level is None else level for level in levels],
        color=_BLUE,
        marker="o",
        label=f"{Word.SERVICE_LEVEL.spoken(report.language)} {report.level.code}",
    )
    line.set_ylim(0, 1.05)
    line.yaxis.set_major_formatter(PercentFormatter(1))
    canvas.legend(loc="outside upper center", ncols=4)
    return _svg(canvas)


@_drawing
def agents_plot(agents: Sequence[tuple[str, AgentTime]], language: str) -> str:
    """What each agent did, in hours; ``""`` where there is none. Two may have one name."""
    if not agents:
        return ""
    canvas = Canvas(figsize=(10, 1 + 0.35 * len(agents)), layout="constrained")
    bars = canvas.add_subplot()
    places = range(len(agents))
    left = [0.0] * len(agents)
    for state, word, colour in (
        (AgentState.TALKING, Word.TALKING, _GREEN),
        (AgentState.WRAPUP, Word.WRAPUP, _SKY),
        (AgentState.OUTBOUND, Word.OUTBOUND, _PINK),
        (AgentState.DIALLING, Word.DIALLING, _LEMON),
        (AgentState.RESERVED, Word.RESERVED, _YELLOW),
        (AgentState.READY, Word.READY, _BLUE),
        (AgentState.PAUSED, Word.PAUSED, _GREY),
    ):
        hours = [one.spent_ms[state] / 3_600_000 for _, one in agents]
        bars.barh(places, hours, left=left, color=colour, label=word.spoken(language))
        left = [a + b for a, b in zip(left, hours, strict=True)]
    bars.set_yticks(places, [name for name, _ in agents])
    bars.set_ylim(len(agents) - 0.5, -0.5)
    bars.set_xlabel(Word.HOURS.spoken(language))
    canvas.legend(loc="outside upper center", ncols=7)
    return _svg(canvas)


def _svg(canvas: Canvas) -> str:
    """The drawing alone: no XML head, no date."""
    text = io.StringIO()
    canvas.savefig(text, format="svg", metadata={"Date": None})
    svg = text.getvalue()
    return svg[svg.index("<svg") :]
