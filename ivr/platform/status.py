"""What runs, since when, and what is wrong."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ivr.platform.health import (
    Health,
    Probe,
    asterisk_probe,
    controller_probe,
    prometheus_probe,
    redis_probe,
    spare_probe,
    speech_probe,
)
from ivr.platform.ownership import draining_records
from ivr.platform.parts import CONTROLLER, SPARE, SUPERVISOR
from ivr.platform.paths import Layout
from ivr.platform.processes import ProcessRecord
from ivr.platform.secrets import Secrets
from ivr.platform.succession import drains
from ivr.settings import Settings

SPARE_LOADS_SECONDS = 30.0
"""A spare that was started less than so long ago may well be loading what it needs; and where one
has taken the place less than so long ago, the next one is still to come."""


ENDING: Final = "ending"
"""A controller that was told to stop and ends its calls; another one has its place."""

_ENDS_CALLS: Final = {"ends": "its calls, and is gone then"}


@dataclass(frozen=True, slots=True)
class PartStatus:
    """One part as it is now.

    Attributes:
        name: As in ``parts.STOP_ORDER``, the supervisor's, or :data:`ENDING`.
        pid: Process id, ``None`` when it does not run.
        since: Start, epoch seconds, ``None`` when it does not run.
        restarts: How often it was started again.
        wrong: One sentence, ``""`` when all is well.
        figures: What it tells of itself.
    """

    name: str
    pid: int | None
    since: float | None
    restarts: int
    wrong: str
    figures: Mapping[str, str] = field(default_factory=dict)


async def status(settings: Settings, layout: Layout) -> list[PartStatus]:
    """Every part of the installation, the supervisor first.

    Without the supervisor where something else runs the parts, e.g. the containers of `docker/`.
    """
    probes = _probes(settings, layout)
    found = await asyncio.gather(
        *(_part(name, layout, probe) for name, probe in probes.items()),
    )
    supervisor = ProcessRecord.read(layout.record(SUPERVISOR))
    if supervisor is not None and supervisor.alive():
        return [
            PartStatus(SUPERVISOR, supervisor.pid, supervisor.created, 0, ""),
            *found,
            *_ending(layout),
        ]
    if any(part.pid is not None for part in found):
        wrong = (
            "The supervisor is gone and left processes behind; `make down` ends them, `make up` "
            "starts anew."
        )
        return [PartStatus(SUPERVISOR, None, None, 0, wrong), *found]
    asked = dict(zip(probes, await asyncio.gather(*(p() for p in probes.values())), strict=True))
    if asked["asterisk"].ok:  # one that takes our password is ours, whoever has started it
        ending = [PartStatus(ENDING, None, None, 0, "", _ENDS_CALLS)] if drains(layout) else []
        parts = [
            PartStatus(name, None, None, 0, health.text, health.figures)
            for name, health in asked.items()
        ]
        return [*parts, *ending]
    wrong = "Växel does not run; start it with `make up`."
    return [PartStatus(SUPERVISOR, None, None, 0, wrong)]


def _probes(settings: Settings, layout: Layout) -> dict[str, Probe]:
    """How to ask each part, in the order of the start."""
    secret = Secrets.load_or_create(layout.secrets, ()).ami if layout.secrets.exists() else ""
    probes: dict[str, Probe] = {
        "redis": redis_probe(layout.redis_socket),
        "asterisk": asterisk_probe(settings.asterisk.host, settings.asterisk.ami_port, secret),
        "speech": speech_probe(settings.speech.host, settings.speech.port),
        "controller": controller_probe(settings.http.host, settings.http.port),
        SPARE: spare_probe(layout),
    }
    if settings.redis_url:
        del probes["redis"]
    if settings.prometheus.enabled:
        probes["prometheus"] = prometheus_probe(settings.prometheus.host, settings.prometheus.port)
    return probes


def _ending(layout: Layout) -> list[PartStatus]:
    records = (ProcessRecord.read(layout.record(name)) for name in draining_records(layout))
    return [
        PartStatus(ENDING, record.pid, record.created, record.restarts, "", _ENDS_CALLS)
        for record in records
        if record is not None and record.alive()
    ]


async def _part(name: str, layout: Layout, probe: Probe) -> PartStatus:
    record = ProcessRecord.read(layout.record(name))
    if record is None or not record.alive():
        if name == SPARE and _just_began(ProcessRecord.read(layout.record(CONTROLLER))):
            return PartStatus(name, None, None, 0, "", (await probe()).figures)
        wrong = f"{name.title()} does not run; its last words are in {layout.part_log(name)}."
        return PartStatus(name, None, None, record.restarts if record else 0, wrong)
    health: Health = await probe()
    wrong = "" if name == SPARE and _just_began(record) else health.text
    return PartStatus(name, record.pid, record.created, record.restarts, wrong, health.figures)


def _just_began(record: ProcessRecord | None) -> bool:
    return record is not None and time.time() < record.created + SPARE_LOADS_SECONDS
