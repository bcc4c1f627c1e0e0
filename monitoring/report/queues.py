"""The interval report of queues, with the service level by the formula that was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitoring.definitions.figure import Figure, Unit
from monitoring.definitions.key_figures import (
    ABANDON_RATE,
    ASA,
    HANDLE_TIME,
    LONG_ABANDON_RATE,
    TIME_TO_ABANDON,
)
from monitoring.definitions.terms import (
    ABANDONED,
    ANSWERED,
    CALLBACKS_ASKED,
    CALLBACKS_TALKED,
    FLOWED_OUT,
    OFFERED,
    SHORT_ABANDONED,
    Counts,
    Term,
)
from monitoring.report.counting import UNKNOWN, WAITING, Grid, Question
from monitoring.report.sheet import Column, Kind, Sheet, Value
from monitoring.report.words import Word

_COUNTS: Sequence[tuple[str, Word, Term]] = (
    ("offered", Word.OFFERED, OFFERED),
    ("answered", Word.ANSWERED, ANSWERED),
    ("abandoned", Word.ABANDONED, ABANDONED),
    ("short_abandoned", Word.SHORT, SHORT_ABANDONED),
    ("flowed_out", Word.LEFT, FLOWED_OUT),
    ("waiting", Word.WAITING, WAITING),
    ("unknown", Word.UNKNOWN, UNKNOWN),
    ("callbacks", Word.CALLBACKS, CALLBACKS_ASKED),
    ("callbacks_talked", Word.CALLED_BACK, CALLBACKS_TALKED),
)
_SELDOM = frozenset({WAITING, UNKNOWN, CALLBACKS_ASKED, CALLBACKS_TALKED})
_FIGURES: Sequence[tuple[str, Word, Figure]] = (
    ("abandon_rate", Word.ABANDON_RATE, ABANDON_RATE),
    ("abandon_rate_without_short", Word.LONG_ABANDON_RATE, LONG_ABANDON_RATE),
    ("average_speed_of_answer_seconds", Word.ASA, ASA),
    ("time_to_abandon_seconds", Word.ATA, TIME_TO_ABANDON),
    ("handle_time_seconds", Word.AHT, HANDLE_TIME),
)
_KINDS = {Unit.SHARE: Kind.SHARE, Unit.SECONDS: Kind.SECONDS}


@dataclass(frozen=True, slots=True)
class QueueReport:
    """Queues by interval.

    Attributes:
        organisation: Its name, for the title.
        question: What was asked of the record.
        grid: The answer.
        level: The service level's formula.
        apart: One row a queue and interval; else all queues together.
        language: Of the headings.
    """

    organisation: str
    question: Question
    grid: Grid
    level: Figure
    apart: bool
    language: str

    def sheet(self) -> Sheet:
        """The table."""
        total = self.grid.summed()
        seconds, short = self.question.threshold_ms // 1000, self.question.short_ms // 1000
        own = ", ".join(f"{ms // 1000} s ({queue})" for queue, ms in sorted(self._own.items()))
        in_time = f"{seconds}s" if not own else "target"
        told = f"{seconds} s" if not own else "T"
        level = f"{Word.SERVICE_LEVEL.spoken(self.language)} {self.level.code} ≤ {told}"
        columns = [
            Column("interval", Word.INTERVAL.spoken(self.language), Kind.TEXT),
            *([Column("queue", Word.QUEUE.spoken(self.language), Kind.TEXT)] * self.apart),
            *(
                Column(key, word.spoken(self.language), Kind.COUNT, seldom=term in _SELDOM)
                for key, word, term in _COUNTS
            ),
            Column(f"service_level_{self.level.code}_{in_time}", level, Kind.SHARE),
            *(
                Column(key, word.spoken(self.language), _KINDS[figure.unit])
                for key, word, figure in _FIGURES
            ),
        ]
        others = [figure for _, _, figure in _FIGURES]
        terms = [term for _, _, term in _COUNTS]

        def values(cell: Counts) -> list[Value]:
            figures = (figure.of(cell) for figure in (self.level, *others))
            return [*(cell.get(term, 0) for term in terms), *figures]

        days = self.question.period.days
        return Sheet(
            title=f"{Word.QUEUES.spoken(self.language)}: {self.organisation}, {days}",
            notes=(
                f"{self.level.name}: {self.level.expression}, T = {seconds} s"
                f"{f', of queues with a target {own}' if own else ''}, s = {short} s"
                f" ({self.level.source}).",
                f"Each contact is counted in the interval of its {self.question.belongs.value}.",
                *(f"{one.name}: {one.expression}." for one in others),
            ),
            columns=columns,
            rows=[[*front, *values(cell)] for front, cell in self._cells()],
            total=[
                Word.TOTAL.spoken(self.language),
                *([""] * self.apart),
                *values(total),
            ],
        )

    @property
    def _own(self) -> Mapping[str, int]:
        """Thresholds of queues that are not that of the others."""
        question = self.question
        return {name: ms for name, ms in question.own_ms.items() if ms != question.threshold_ms}

    def _cells(self) -> Iterator[tuple[list[Value], Counts]]:
        period = self.question.period
        for number in range(len(period)):
            if not self.apart:
                yield [period.label(number)], self.grid.summed(number)
                continue
            for queue, counts in sorted(self.grid.cells.get(number, {}).items()):
                yield [period.label(number), queue], counts
