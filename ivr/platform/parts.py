"""The parts of a running platform: how each is started, asked and stopped."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

from ivr.platform.asterisk import AsteriskProgram
from ivr.platform.health import (
    Probe,
    asterisk_probe,
    controller_probe,
    prometheus_probe,
    redis_probe,
    spare_probe,
    speech_probe,
)
from ivr.platform.paths import Layout, models_folder
from ivr.platform.secrets import Secrets
from ivr.platform.succession import serving
from ivr.settings import Settings

SUPERVISOR = "supervisor"
"""Name of the supervisor's own record."""

CONTROLLER = "controller"
SPARE = "spare"
"""The controller that waits for the end of the one that serves (:mod:`ivr.platform.succession`)."""

DRAINING = "draining-"
"""With its process id behind it, the name of a controller that has given its place up and ends its
calls; there may be several."""

STOP_ORDER = ("prometheus", SPARE, CONTROLLER, "speech", "asterisk", "redis")
"""Names of all parts, in the order in which they are stopped; started the other way round."""

STOP_SIGNALS = {
    "prometheus": signal.SIGTERM,
    SPARE: signal.SIGTERM,
    CONTROLLER: signal.SIGTERM,
    "speech": signal.SIGTERM,
    "asterisk": signal.SIGTERM,
    "redis": signal.SIGTERM,
}
"""What asks a part to end."""


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the platform.

    Attributes:
        name: As in ``STOP_ORDER``.
        title: As people say it.
        command: Program and arguments.
        probe: Whether it does its work.
        ready_seconds: How long it may take to become ready.
        vital: Whether no call can be taken without it; the others go on without one that is not.
        replaces: The part whose place its process takes when that one dies; it writes to that
            one's log. Nobody waits for it to become ready.
        holder: The process that says that it does this part's work. One that has said so and does
            no more only ends what it has begun: the part is to be done by another. ``None`` where
            a process does its part to its end.
    """

    name: str
    title: str
    command: tuple[str, ...]
    probe: Probe
    ready_seconds: float
    vital: bool = True
    replaces: str = ""
    holder: Callable[[], int | None] | None = None

    @property
    def log(self) -> str:
        """The name of its log."""
        return self.replaces or self.name


def stop_seconds(name: str, settings: Settings) -> float:
    """How long a part may take to end before it is killed."""
    # a spare may serve by now, unseen by a supervisor that was killed
    return settings.agi.drain_seconds + 5 if name in (CONTROLLER, SPARE) else 10


def parts(
    settings: Settings, layout: Layout, secrets: Secrets, program: AsteriskProgram
) -> tuple[Part, ...]:
    """The parts in the order of their start."""
    redis = Part(
        name="redis",
        title="Redis",
        command=(
            "redis-server",
            *("--port", "0"),
            *("--unixsocket", str(layout.redis_socket), "--unixsocketperm", "600"),
            *("--dir", str(layout.redis)),
            *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
            *("--daemonize", "no"),
        ),
        probe=redis_probe(layout.redis_socket),
        ready_seconds=30,
    )
    asterisk = Part(
        name="asterisk",
        title="Asterisk",
        command=(*program.command, "-C", str(layout.asterisk_conf), "-f"),
        probe=asterisk_probe(settings.asterisk.host, settings.asterisk.ami_port, secrets.ami),
        ready_seconds=30,
    )
    speech = Part(
        name="speech",
        title="Speech recognition",
        command=(
            *(sys.executable, "-m", "media.speech"),
            *("--host", settings.speech.host, "--port", str(settings.speech.port)),
            *("--workers", str(settings.speech.workers)),
            *("--models", str(models_folder(settings))),
        ),
        probe=speech_probe(settings.speech.host, settings.speech.port),
        # a large model takes its time
        ready_seconds=120,
        vital=False,
    )
    controller = Part(
        name=CONTROLLER,
        title="Controller",
        command=(sys.executable, "-m", "ivr.serve"),
        probe=controller_probe(settings.http.host, settings.http.port),
        # its first start speaks every prompt of every tree
        ready_seconds=300,
        holder=lambda: serving(layout),
    )
    spare = Part(
        name=SPARE,
        title="Spare controller",
        command=controller.command,
        probe=spare_probe(layout),
        ready_seconds=60,
        vital=False,
        replaces=CONTROLLER,
    )
    prometheus = Part(
        name="prometheus",
        title="Prometheus",
        command=(
            "prometheus",
            *("--config.file", str(layout.prometheus_config)),
            *("--storage.tsdb.path", str(layout.prometheus_data)),
            *("--storage.tsdb.retention.time", "30d", "--storage.tsdb.retention.size", "1GB"),
            *("--web.listen-address", f"{settings.prometheus.host}:{settings.prometheus.port}"),
            *("--log.level", "warn"),
        ),
        probe=prometheus_probe(settings.prometheus.host, settings.prometheus.port),
        ready_seconds=30,
        vital=False,
    )
    return (
        *(() if settings.redis_url else (redis,)),
        *(asterisk, speech, controller, spare),
        *((prometheus,) if settings.prometheus.enabled else ()),
    )
