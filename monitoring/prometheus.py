"""Questions to a Prometheus, over its HTTP interface."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp

from monitoring.errors import PrometheusAway, QueryRefused

SCRAPE_SECONDS = 5
"""How often Växel is scraped: a queue changes within seconds, a scrape costs milliseconds."""

_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Series:
    """One line of an answer.

    Attributes:
        labels: What tells it from the others.
        points: Epoch seconds and value, by time; a single one where only now was asked. Values
            that are no numbers (0/0) are left out.
    """

    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]

    @property
    def last(self) -> float:
        """The newest value."""
        return self.points[-1][1]


class Prometheus:
    """A Prometheus. Use it as an asynchronous context manager."""

    def __init__(self, address: str) -> None:
        """Make a client.

        Args:
            address: ``http://host:port``.
        """
        self.address = address
        self._http: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(
            self.address, timeout=aiohttp.ClientTimeout(total=_SECONDS)
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.close()

    async def instant(self, promql: str, at: float) -> list[Series]:
        """The answer at one time (epoch seconds).

        Raises:
            PrometheusAway: It does not answer.
            QueryRefused: It does not understand the question.
        """
        found = await self._get("query", {"query": promql, "time": f"{at:.3f}"})
        if found["resultType"] == "scalar":
            return _series([{"metric": {}, "values": [found["result"]]}])
        return _series([one | {"values": [one["value"]]} for one in found["result"]])

    async def course(self, promql: str, begin: float, end: float, step: float) -> list[Series]:
        """The answers from ``begin`` to ``end`` (epoch seconds), one each ``step`` seconds.

        Raises:
            PrometheusAway: It does not answer.
            QueryRefused: It does not understand the question.
        """
        times = {"start": f"{begin:.3f}", "end": f"{end:.3f}", "step": f"{step:.3f}"}
        found = await self._get("query_range", {"query": promql} | times)
        return _series(found["result"])

    async def label_values(self, label: str, series: str) -> list[str]:
        """The values that a label has in some series.

        Raises:
            PrometheusAway: It does not answer.
            QueryRefused: It does not understand the question.
        """
        values: list[str] = await self._get(f"label/{label}/values", {"match[]": series})
        return values

    async def rules(self) -> list[Mapping[str, Any]]:
        """All alert rules with their ``health``, ``lastError`` and ``state``.

        Raises:
            PrometheusAway: It does not answer.
        """
        groups = (await self._get("rules", {}))["groups"]
        return [rule for group in groups for rule in group["rules"]]

    async def alerts(self) -> list[Mapping[str, Any]]:
        """All alerts that are pending or fire, with ``labels``, ``annotations`` and ``state``.

        Raises:
            PrometheusAway: It does not answer.
        """
        alerts: list[Mapping[str, Any]] = (await self._get("alerts", {}))["alerts"]
        return alerts

    async def _get(self, page: str, parameters: Mapping[str, str]) -> Any:
        try:
            async with self._http.get(f"/api/v1/{page}", params=parameters) as response:
                answer = await response.json()
        except (aiohttp.ClientError, TimeoutError, ValueError) as fault:
            raise PrometheusAway(self.address, _complaint(fault)) from fault
        if answer.get("status") != "success":
            raise QueryRefused(parameters.get("query", page), answer.get("error", "no reason"))
        return answer["data"]


def _complaint(fault: Exception) -> str:
    if isinstance(fault, OSError) and fault.errno is not None:
        return os.strerror(fault.errno)
    return str(fault) or type(fault).__name__


def _series(found: Sequence[Mapping[str, Any]]) -> list[Series]:
    series = [
        Series(
            {name: value for name, value in one["metric"].items() if name != "__name__"},
            tuple((at, float(value)) for at, value in one["values"] if math.isfinite(float(value))),
        )
        for one in found
    ]
    return [one for one in series if one.points]
