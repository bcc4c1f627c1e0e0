"""The parts of a running platform: how each is started, asked and stopped."""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass

from ivr.platform.asterisk import AsteriskProgram
from ivr.platform.health import Probe, asterisk_probe, controller_probe, redis_probe
from ivr.platform.paths import Layout
from ivr.platform.secrets import Secrets
from ivr.settings import Settings

SUPERVISOR = "supervisor"
"""Name of the supervisor's own record."""

STOP_ORDER = ("controller", "asterisk", "redis")
"""Names of all parts, in the order in which they are stopped; started the other way round."""

STOP_SIGNALS = {
    "controller": signal.SIGTERM,
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
    """

    name: str
    title: str
    command: tuple[str, ...]
    probe: Probe
    ready_seconds: float


def stop_seconds(name: str, settings: Settings) -> float:
    """How long a part may take to end before it is killed."""
    return settings.agi.drain_seconds + 5 if name == "controller" else 10


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
    controller = Part(
        name="controller",
        title="Controller",
        command=(sys.executable, "-m", "ivr.app"),
        probe=controller_probe(settings.http.host, settings.http.port),
        # its first start speaks every prompt of every tree
        ready_seconds=300,
    )
    return (asterisk, controller) if settings.redis_url else (redis, asterisk, controller)
