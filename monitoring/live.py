"""What is true now and is asked at each scrape, as the controller tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class QueueNow:
    """One queue.

    Attributes:
        org: The organisation.
        queue: The queue.
        waiting: Calls waiting.
        oldest_wait_seconds: Of the longest-waiting call, 0 when none waits.
        callbacks: Callbacks promised and not yet over.
        oldest_callback_seconds: For how long the longest overdue of them has been, 0 when none is.
        target: Seconds within which its callers shall be answered, and the share of them, 0 to 1;
            ``None`` where nothing is aimed at.
    """

    org: str
    queue: str
    waiting: int
    oldest_wait_seconds: float
    callbacks: int = 0
    oldest_callback_seconds: float = 0.0
    target: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class AgentsNow:
    """One organisation's agents: how many are in which state."""

    org: str
    by_state: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class AcdNow:
    """What Redis knows of all organisations.

    Attributes:
        queues: Every queue.
        agents: One an organisation.
        redis_seconds: Round trip of a ping.
        lags: Age in seconds of the oldest event not taken in, by organisation and consumer.
        gaps: Length in seconds of the time whose events are missed, likewise.
    """

    queues: Sequence[QueueNow]
    agents: Sequence[AgentsNow]
    redis_seconds: float = 0.0
    lags: Mapping[tuple[str, str], float] = field(default_factory=dict)
    gaps: Mapping[tuple[str, str], float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SpeechNow:
    """The speech server; its counters begin with it.

    Attributes:
        streams: Callers whom it listens to.
        workers: Its decoding processes.
        busy: Of these, those that decode.
        refused: Callers whom it could not listen to.
        errors: Recognitions that failed.
        lost: Decoding processes that died.
        recognitions: Those that ended, by engine.
        decoded_seconds: Sound decoded, by engine.
    """

    streams: int
    workers: int
    busy: int
    refused: int
    errors: int
    lost: int
    recognitions: Mapping[str, int]
    decoded_seconds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class TreesNow:
    """The call trees of one organisation.

    Attributes:
        org: The organisation.
        version: That new calls get, ``""`` while it is not served.
        since_seconds: Epoch; since then.
        refused: Whether newer ones lie on disk that cannot be used.
    """

    org: str
    version: str
    since_seconds: float
    refused: bool


@dataclass(frozen=True, slots=True)
class ControllerNow:
    """This controller itself; its counters begin with it.

    Attributes:
        since_seconds: When it began to serve, epoch.
        spare: Whether another one waits to take its place.
        calls: Contacts that it serves, by organisation.
        agi_sessions: Open FastAGI sessions.
        agi_refused: FastAGI sessions refused.
        agi_ended: FastAGI sessions that ended, by how.
        ami_connected: Whether it is logged in to Asterisk's manager.
        ami_reconnects: How often that link came back.
        ami_ping_seconds: Round trip of the last ping; ``None`` before the first.
        ami_lag_seconds: Age of the event that was handled last, when it was.
        ami_held: Events that wait to be handled.
        ami_events: Events that arrived.
        ami_failed: Actions that failed, by reason.
        disk_free: Bytes of room on the disk of the state folder.
        disk_size: Bytes of that disk.
        recordings: Recordings that wait to be finished.
        transcripts: Recordings that wait to be turned into text.
        trees: The call trees, one an organisation.
        trees_reloads: How often they were looked at, by outcome.
        api_refused: Requests to the API without a token that works.
        api_roles_refused: Requests to it for which their token's role was too low.
        api_followers: Connections that follow events.
        api_let_go: Such connections that were closed from here, by why.
    """

    since_seconds: float
    spare: bool
    calls: Mapping[str, int]
    agi_sessions: int
    agi_refused: int
    agi_ended: Mapping[str, int]
    ami_connected: bool
    ami_reconnects: int
    ami_ping_seconds: float | None
    ami_lag_seconds: float
    ami_held: int
    ami_events: int
    ami_failed: Mapping[str, int]
    disk_free: int
    disk_size: int
    recordings: int = 0
    transcripts: int = 0
    trees: Sequence[TreesNow] = ()
    trees_reloads: Mapping[str, int] = field(default_factory=dict)
    api_refused: int = 0
    api_roles_refused: int = 0
    api_followers: int = 0
    api_let_go: Mapping[str, int] = field(default_factory=dict)


class LiveFigures(Protocol):
    """What the controller tells at each scrape."""

    async def acd(self) -> AcdNow:
        """Queues and agents; it asks Redis, so it may raise or hang while Redis is away."""

    async def speech(self) -> SpeechNow:
        """The speech server; it may raise or hang while that is away."""

    def controller(self) -> ControllerNow:
        """The controller; it answers at once, whatever is away."""
