"""What can go wrong with figures: one class a rule.

Each error carries ``code``, a stable machine string, and a sentence that tells a person what to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar


class MonitoringError(Exception):
    """Base of all errors of this room."""

    code: ClassVar[str] = "monitoring"


class SnapshotUnusable(MonitoringError):
    """Saved totals are of another version, or damaged."""

    code = "snapshot_unusable"

    def __init__(self, complaint: str) -> None:
        super().__init__(
            f"The saved totals cannot be used ({complaint}); they are counted anew from the events."
        )


class NotCaughtUp(MonitoringError):
    """The totals do not hold all past events yet, so that they would be wrong."""

    code = "not_caught_up"

    def __init__(self, org: str) -> None:
        super().__init__(
            f"The events of {org!r} are still being counted; ask again in some seconds, and see"
            " that Redis runs if this lasts."
        )


class AddressInUse(MonitoringError):
    """The address of the figures is taken or not ours."""

    code = "address_in_use"

    def __init__(self, host: str, port: int, complaint: str) -> None:
        super().__init__(
            f"The figures cannot be served on {host}:{port} ({complaint}); end what listens there"
            " or set another port (http.port in vaxel.toml)."
        )


class PrometheusAway(MonitoringError):
    """Prometheus cannot be asked."""

    code = "prometheus_away"

    def __init__(self, address: str, complaint: str) -> None:
        super().__init__(
            f"Prometheus does not answer at {address} ({complaint}); `vaxel status` tells whether"
            " it runs (settings prometheus.enabled and prometheus.port)."
        )


class QueryRefused(MonitoringError):
    """Prometheus does not understand a question."""

    code = "query_refused"

    def __init__(self, promql: str, complaint: str) -> None:
        super().__init__(f"Prometheus refuses the query {promql!r}: {complaint}.")


class UnknownBoard(MonitoringError):
    """There is no dashboard of that name."""

    code = "unknown_board"

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"There is no dashboard {name!r}; choose one of: {', '.join(known)}.")


class UnknownLabel(MonitoringError):
    """A variable of a dashboard has no such value: no such queue, no such formula."""

    code = "unknown_label"

    def __init__(self, kind: str, value: str, known: Iterable[str]) -> None:
        names = ", ".join(known) or "none yet"
        super().__init__(f"{kind}: there is no {value!r}; choose one of: {names}.")


class UnknownFormula(MonitoringError):
    """No service-level formula is called so."""

    code = "unknown_formula"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"No service level is called {name!r}; choose F1, F2, F3, F4, F5 or F6, and F6 with any"
            " of +FO (flow-outs hurt) and one of -SA (short abandons dropped), -AB (all dropped),"
            " e.g. F6+FO-SA."
        )


class NoSuchBound(MonitoringError):
    """A threshold that the histograms cannot tell."""

    code = "no_such_bound"

    def __init__(self, seconds: float, bounds: tuple[int, ...]) -> None:
        super().__init__(
            f"Prometheus cannot tell who waited up to {seconds:g} s; choose one of"
            f" {', '.join(map(str, bounds))}. Reports from SQL know every threshold."
        )


class NoSuchDay(MonitoringError):
    """A report of days that the calendar, or the clock there, does not reach."""

    code = "no_such_day"

    def __init__(self) -> None:
        super().__init__("No clock reaches these days; choose others (--from, --to).")


class TooManyIntervals(MonitoringError):
    """A report of more intervals than anybody reads."""

    code = "too_many_intervals"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"The report would have more than {most} intervals; choose longer ones (--each) or a"
            " shorter period (--from, --to)."
        )
