"""A board in the terminal: what Grafana would show, in words and blocks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from monitoring.dashboards.asking import Answer, Span
from monitoring.dashboards.model import Board, Choice, Panel, Query, Row, Shape, Unit, Variable
from monitoring.prometheus import Series

NOTHING = "–"
"""There is no answer: nothing happened that the figure could be made of."""

_BLOCKS = "▁▂▃▄▅▆▇█"
_GAP = "·"
_BAR_WIDTH = 24
_LABEL = re.compile(r"\{\{(\w+)\}\}")


def drawn(
    board: Board, values: Mapping[str, str], answers: Sequence[Answer], span: Span
) -> RenderableType:
    """The whole board, with what was chosen above it."""
    by_panel = {id(answer.panel): answer for answer in answers}
    lines: list[RenderableType] = [
        Text(board.title, "bold"),
        Text(board.about, "dim"),
        Text(", ".join(_chosen(variable, values) for variable in board.variables), "dim"),
    ]
    for row in board.rows:
        lines += ["", Text(row.title, "bold"), *_row(row, by_panel, span)]
    return Group(*lines)


def shown(unit: Unit, value: float) -> str:
    """A number as a person reads it."""
    return _WORDS[unit](value)


def sparkline(values: Sequence[float | None]) -> str:
    """The course of a series, from 0 (or its lowest, below that) to its highest; gaps stay."""
    known = [value for value in values if value is not None]
    low, high = min(0.0, *known), max(known)
    scale = (len(_BLOCKS) - 1) / (high - low) if high > low else 0
    return "".join(
        _GAP if value is None else _BLOCKS[round((value - low) * scale)] for value in values
    )


def _chosen(variable: Variable, values: Mapping[str, str]) -> str:
    value = values[variable.name]
    if isinstance(variable, Choice):
        texts = {value: text for text, value in variable.values.items()}
        return f"{variable.title.lower()} {texts[value]}"
    return f"{variable.title.lower()} {'all' if value == '.*' else value}"


def _row(row: Row, answers: Mapping[int, Answer], span: Span) -> Iterator[RenderableType]:
    figures = Table(box=None, show_header=False, padding=(0, 2, 0, 2))
    for panel in row.panels:
        if panel.shape is Shape.FIGURE:
            found = [one for _, series in answers[id(panel)].found for one in series]
            told = Text(", ").join(_coloured(panel, one.last) for one in found)
            figures.add_row(panel.title, told if found else NOTHING)
    if figures.row_count:
        yield figures
    for panel in row.panels:
        if panel.shape is not Shape.FIGURE:
            yield Text(f"  {panel.title}", "underline")
            yield _picture(panel, answers[id(panel)], span)


def _picture(panel: Panel, answer: Answer, span: Span) -> RenderableType:
    match panel.shape:
        case Shape.TABLE:
            return _table(panel, answer)
        case Shape.BARS:
            return _bars(panel, answer)
        case _:
            return _courses(panel, answer, span)


def _bars(panel: Panel, answer: Answer) -> RenderableType:
    """One line a series: its name, its number, and how it compares with the highest."""
    found = [(query, one) for query, series in answer.found for one in series]
    highest = max((one.last for _, one in found), default=0)
    grid = _grid()
    for query, one in found:
        share = one.last / highest if highest > 0 else 0
        bar = "█" * round(share * _BAR_WIDTH)
        grid.add_row(_legend(panel, query, one), _coloured(panel, one.last), bar)
    return grid if found else Text(f"    {NOTHING}")


def _courses(panel: Panel, answer: Answer, span: Span) -> RenderableType:
    """One line a series: its name, where it stands at the end, and its course."""
    found = [(query, one) for query, series in answer.found for one in series]
    grid = _grid()
    for query, one in found:
        values = _at_each_step(one, span)
        last = values[-1]
        now = Text(NOTHING) if last is None else _coloured(panel, last)
        grid.add_row(_legend(panel, query, one), now, sparkline(values))
    return grid if found else Text(f"    {NOTHING}")


def _at_each_step(series: Series, span: Span) -> list[float | None]:
    """A course's values with the gaps in it, which Prometheus leaves out."""
    known = {round((at - span.begin) / span.step): value for at, value in series.points}
    return [known.get(step) for step in range(int((span.end - span.begin) / span.step) + 1)]


def _table(panel: Panel, answer: Answer) -> RenderableType:
    """One row a set of labels, one column a query."""
    rows: dict[tuple[tuple[str, str], ...], dict[int, float]] = {}
    for column, (_, series) in enumerate(answer.found):
        for one in series:
            rows.setdefault(tuple(sorted(one.labels.items())), {})[column] = one.last
    if not rows:
        return Text(f"    {NOTHING}")
    table = Table(box=None, padding=(0, 1, 0, 0))
    for name, _ in next(iter(rows)):
        table.add_column(name, no_wrap=True)
    for query, _ in answer.found:
        table.add_column(query.legend, justify="right")
    for labels, values in sorted(rows.items()):
        cells = (
            shown(query.unit or panel.unit, values[column]) if column in values else NOTHING
            for column, (query, _) in enumerate(answer.found)
        )
        table.add_row(*(value for _, value in labels), *cells)
    return Padding(table, (0, 0, 0, 2))


def _grid() -> Table:
    grid = Table(box=None, show_header=False, padding=(0, 2, 0, 4))
    grid.add_column(no_wrap=True)
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(overflow="crop")
    return grid


def _legend(panel: Panel, query: Query, series: Series) -> str:
    legend = query.legend or panel.title
    return _LABEL.sub(lambda label: series.labels.get(label[1], ""), legend)


def _coloured(panel: Panel, value: float) -> Text:
    colour = panel.colour if panel.steps else ""
    for step in panel.steps:
        if value >= step.value:
            colour = step.colour
    return Text(shown(panel.unit, value), colour)


def _duration(seconds: float) -> str:
    if 0 < seconds < 1:
        return f"{seconds * 1000:.1f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    return f"{minutes // 60} h {minutes % 60:02} min"


_WORDS: Mapping[Unit, Callable[[float], str]] = {
    Unit.COUNT: "{:.0f}".format,
    Unit.PER_MINUTE: "{:.1f}/min".format,
    Unit.SECONDS: _duration,
    Unit.SHARE: lambda value: f"{100 * value:.1f} %",
    Unit.BYTES: lambda value: f"{value / 1e6:.1f} MB",
    Unit.NUMBER: "{:.2f}".format,
    Unit.SWITCH: lambda value: "yes" if value else "no",
}
