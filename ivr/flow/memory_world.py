"""The world in memory: what a test or ``vaxel call`` says it does, and what was asked of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, MutableMapping
from datetime import datetime, timedelta

from ivr.flow.call import RECORDED
from ivr.flow.world import (
    WAITS,
    Announced,
    CallbackWish,
    Conferred,
    QueueFigure,
    Remembered,
    TextMessage,
    TransferOutcome,
    Transferred,
    TransferRequest,
    WebFailed,
    WebRequest,
)

TALK_SECONDS = 60.0
SPEECH_SECONDS = 10.0
NOTHING_WAITS: Mapping[QueueFigure, int] = dict.fromkeys(
    (figure for figure in QueueFigure if figure not in WAITS), 0
)


class MemoryWorld:
    """A world that does as it is told. Without a word it fails whatever costs or reaches somebody.

    Attributes:
        web: What services answer by the beginning of their address, the longest that fits: JSON
            as Python has it, or bytes as they come; a :class:`WebFailed` is raised.
        web_seconds: So long each request takes.
        transfers: How transfers end, by target; any other is unreachable.
        remembered: What is kept of the caller.
        agent: Who talked to the caller last.
        switches: Whether announcements can be switched.
        announcements: What is switched on, and until when.
        speaks: Whether the caller speaks an announcement that is to be recorded.
        figures: Of each queue; nobody waits in any other. A wait that is left out is unknown.
        calls_back: Whether a caller who would be called back has it their way.
        texts_go: Whether text messages are taken.
        rooms_open: Whether conferences can be joined.
        desk_open: Whether the caller is an agent who proves it.
        requests: What was asked of services, in order.
        transferred: What was dialled.
        wishes: Callbacks asked for.
        texts: Text messages sent.
        rooms: Conferences asked for.
    """

    def __init__(self, now: Callable[[], datetime], wait: Callable[[float], None]) -> None:
        """Begin with nothing.

        Args:
            now: The call's virtual clock.
            wait: Lets virtual time pass, seconds.
        """
        self._now = now
        self._wait = wait
        self.web: MutableMapping[str, object] = {}
        self.web_seconds = 0.2
        self.transfers: MutableMapping[str, TransferOutcome] = {}
        self.remembered = Remembered()
        self.agent = ""
        self.announcements: MutableMapping[str, tuple[Announced, datetime]] = {}
        self.switches = True
        self.speaks = True
        self.figures: MutableMapping[str, Mapping[QueueFigure, int]] = {}
        self.calls_back = False
        self.texts_go = False
        self.rooms_open = False
        self.desk_open = False
        self.requests: list[WebRequest] = []
        self.transferred: list[TransferRequest] = []
        self.wishes: list[CallbackWish] = []
        self.texts: list[TextMessage] = []
        self.rooms: list[str] = []

    async def fetch(self, request: WebRequest) -> bytes:
        """Answer as :attr:`web` says."""
        self.requests.append(request)
        fitting = [start for start in self.web if request.url.startswith(start)]
        if self.web_seconds > request.seconds or not fitting:
            self._wait(min(self.web_seconds, request.seconds))
            raise WebFailed("no service answers here")
        self._wait(self.web_seconds)
        answer = self.web[max(fitting, key=len)]
        if isinstance(answer, WebFailed):
            raise answer
        return answer if isinstance(answer, bytes) else json.dumps(answer).encode()

    async def transfer(self, request: TransferRequest) -> Transferred:
        """End as :attr:`transfers` says."""
        self.transferred.append(request)
        outcome = self.transfers.get(request.target, TransferOutcome.UNREACHABLE)
        talked = TALK_SECONDS if outcome is TransferOutcome.TALKED else 0
        rang = request.ring if outcome is TransferOutcome.NO_ANSWER else 0
        self._wait(rang + talked)
        return Transferred(outcome, rang, talked, outcome is TransferOutcome.ABANDONED)

    async def recall(self) -> Remembered:
        """What is kept."""
        return self.remembered

    async def remember_language(self, language: str) -> bool:
        """Keep it."""
        self.remembered = Remembered(self.remembered.known, language)
        return True

    async def last_agent(self) -> str:
        """What :attr:`agent` says."""
        return self.agent

    async def announcement(self, name: str) -> Announced | None:
        """What is on, until its end."""
        announced, ends = self.announcements.get(name, (Announced(), self._now()))
        return announced if self._now() < ends else None

    async def take_announcement(self, max_seconds: float) -> str:
        """What was spoken, as :attr:`speaks` says."""
        self._wait(min(SPEECH_SECONDS, max_seconds))
        return RECORDED if self.speaks else ""

    async def switch_announcement(self, name: str, seconds: float | None, sound: str = "") -> bool:
        """Switch it."""
        if self.switches:
            ends = self._now() + timedelta(seconds=seconds or 0)
            self.announcements[name] = (Announced(sound=sound), ends)
        return self.switches

    async def queue_figures(self, queue: str) -> Mapping[QueueFigure, int]:
        """What :attr:`figures` says; what it leaves out is nothing, or unknown."""
        return {**NOTHING_WAITS, **self.figures.get(queue, {})}

    async def call_back(self, wish: CallbackWish) -> bool:
        """As :attr:`calls_back` says."""
        self.wishes.append(wish)
        return self.calls_back

    async def send_text(self, message: TextMessage) -> bool:
        """As :attr:`texts_go` says."""
        self.texts.append(message)
        return self.texts_go

    async def conference(self, room: str) -> Conferred:
        """As :attr:`rooms_open` says."""
        self.rooms.append(room)
        stayed = TALK_SECONDS if self.rooms_open else 0
        self._wait(stayed)
        return Conferred(room, self.rooms_open, stayed)

    async def agent_desk(self) -> bool:
        """As :attr:`desk_open` says."""
        return self.desk_open
