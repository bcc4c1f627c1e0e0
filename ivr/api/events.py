"""Live events: what happens in an organisation, as it happens, to whoever follows by WebSocket.

Each message is a JSON object: an event, or a heartbeat, which comes first and whenever nothing else
has come for a while. Both carry an `id`; who connects anew behind the last one that they have seen
misses nothing. The events are read for each follower from where it is: whoever reads slowly holds
up nothing here, and is let go when they take nothing at all for a while.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from enum import IntEnum
from typing import Annotated, Final

from aiohttp import WSMsgType, web
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ivr.api.errors import FeedFull, NoWebSocket, ProtocolUnknown, TooManyListeners
from ivr.api.models import Nothing
from ivr.api.reading import sees_callers
from ivr.api.route import Asked, House, Route
from ivr.api.tokens import Doorkeeper, Role, Token
from store.contract.public import public
from store.contract.values import JsonValue
from store.events import Event, EventType
from store.stream import EventStream, StreamUnavailable, place_of

logger = logging.getLogger(__name__)

FOLLOWERS_A_TOKEN: Final = 20

FOLLOWERS: Final = 100
"""At one controller. Each holds a connection to Redis, of which calls need most
(:data:`store.stream.CONNECTIONS`)."""

_BATCH: Final = 50
_LONGEST_MESSAGE: Final = 1024
_CLOSING_SECONDS: Final = 2.0
_PROTOCOL: Final = "vaxel.events"
_BEARER: Final = "bearer."
"""A page in a browser can send no header with a WebSocket but the protocols that it offers."""

_PING_SECONDS: Final = 20.0


class Close(IntEnum):
    """Why a connection was closed by us, beside the codes of RFC 6455."""

    TOKEN_REVOKED = 4401
    TOO_SLOW = 4408  # took nothing for a while; connect anew behind the last id
    GAP = 4410  # events behind `after` are not kept any more: read the state anew, then follow
    AWAY = 4503  # Redis is away; connect anew later, behind the last id


def _listed(text: object) -> object:
    return tuple(text.split(",")) if isinstance(text, str) else text


class Following(BaseModel):
    """What to follow."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    after: str = Field(
        "",
        pattern=r"^([0-9]{1,15}-[0-9]{1,15})?$",
        description="Id of the last message that was seen; left out: from now on.",
    )
    types: Annotated[tuple[EventType, ...], BeforeValidator(_listed)] = Field(
        (), description="Types of events, by commas; left out: all.", max_length=len(EventType)
    )


class EventFeed:
    """Serves whoever follows events.

    Attributes:
        let_go: How many followers we have closed the connection to, by why.
    """

    def __init__(
        self,
        doorkeeper: Doorkeeper,
        *,
        heartbeat_seconds: float = 10.0,
        patience_seconds: float = 10.0,
    ) -> None:
        """Serve nobody yet.

        Args:
            doorkeeper: Knows whose token is revoked.
            heartbeat_seconds: A message comes at least so often.
            patience_seconds: Who takes nothing for so long is let go.
        """
        self._doorkeeper = doorkeeper
        self._heartbeat = heartbeat_seconds
        self._patience = patience_seconds
        self._open = set[web.WebSocketResponse]()
        self._followers = Counter[str]()
        self.let_go = Counter[Close]()
        self.route = Route(
            method="GET",
            path="/events",
            role=Role.VIEWER,
            summary="Events as they happen, by WebSocket; from now on, or behind one.",
            serve=self.serve,
            answer=None,
            query=Following,
        )

    @property
    def followers(self) -> int:
        """How many follow now."""
        return len(self._open)

    async def serve(self, house: House, asked: Asked[Following, Nothing]) -> web.StreamResponse:
        """One follower, until they or we have enough.

        Raises:
            TooManyListeners: The token follows as often as it may.
            FeedFull: So many follow that there is no room for another.
            NoWebSocket: It is a plain request.
            ProtocolUnknown: It offers protocols, but not ours.
            StreamUnavailable: Redis is away.
        """
        name = asked.token.name
        if self._followers[name] >= FOLLOWERS_A_TOKEN:
            raise TooManyListeners(FOLLOWERS_A_TOKEN)
        if self._followers.total() >= FOLLOWERS:
            raise FeedFull(FOLLOWERS)
        self._followers[name] += 1
        try:
            return await self._serve(house.office.stream, asked)
        finally:
            self._followers[name] -= 1

    async def end(self, _app: web.Application) -> None:
        """Tell all followers that the controller stops."""
        for socket in tuple(self._open):
            await socket.close(code=1001, message=b"the controller stops")

    async def _serve(
        self, stream: EventStream, asked: Asked[Following, Nothing]
    ) -> web.StreamResponse:
        offered = _protocols(asked.request)
        if offered and _PROTOCOL not in offered:  # aiohttp would log them, and one may be a token
            raise ProtocolUnknown(_PROTOCOL)
        begin = asked.query.after or await stream.last_id()
        gap = bool(asked.query.after) and await _missed(stream, begin)
        socket = web.WebSocketResponse(
            heartbeat=_PING_SECONDS,
            timeout=_CLOSING_SECONDS,
            max_msg_size=_LONGEST_MESSAGE,
            protocols=(_PROTOCOL,),
        )
        if not socket.can_prepare(asked.request):
            raise NoWebSocket
        await socket.prepare(asked.request)
        self._open.add(socket)
        try:
            if gap:
                await self._close(socket, Close.GAP)
            else:
                await self._follow(socket, stream, begin, asked)
        finally:
            self._open.discard(socket)
        return socket

    async def _follow(
        self,
        socket: web.WebSocketResponse,
        stream: EventStream,
        begin: str,
        asked: Asked[Following, Nothing],
    ) -> None:
        """Send until the other side closes, or we do."""
        sending = asyncio.create_task(self._send(socket, stream, begin, asked))
        hearing = asyncio.create_task(_hear(socket))
        try:
            await asyncio.wait({sending, hearing}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                await self._close(socket, sending.result())
        except ConnectionError:
            return  # the other side is gone
        finally:
            sending.cancel()
            hearing.cancel()
            await asyncio.gather(sending, hearing, return_exceptions=True)

    async def _send(
        self,
        socket: web.WebSocketResponse,
        stream: EventStream,
        after: str,
        asked: Asked[Following, Nothing],
    ) -> Close:
        types, personal = frozenset(asked.query.types), sees_callers(asked.token)
        beats = _Beats(self._heartbeat)
        events: list[Event] = []
        try:
            while True:
                if not self._stands(asked.token):
                    return Close.TOKEN_REVOKED
                after = events[-1].id if events else after
                wanted = [event for event in events if not types or event.type in types]
                messages: Iterable[dict[str, JsonValue]] = (
                    public(one, personal=personal) for one in wanted
                )
                if not wanted and beats.due:
                    messages = ({"id": after, "type": "heartbeat"},)
                for message in messages:
                    async with asyncio.timeout(self._patience):
                        await socket.send_json(message)
                    beats.sent()
                events = await stream.read(after, _BATCH, block_ms=beats.left_ms)
        except TimeoutError:
            return Close.TOO_SLOW
        except StreamUnavailable:
            return Close.AWAY

    def _stands(self, token: Token) -> bool:
        return self._doorkeeper.stands(token)

    async def _close(self, socket: web.WebSocketResponse, code: Close) -> None:
        self.let_go[code] += 1
        logger.info("a follower of events is let go", extra={"reason": code.name.lower()})
        with suppress(TimeoutError):
            async with asyncio.timeout(2 * _CLOSING_SECONDS):
                await socket.close(code=code, message=code.name.lower().encode(), drain=False)


def offered_token(request: web.Request) -> str:
    """The token among the WebSocket protocols that a page in a browser offers.

    Returns:
        As in the header ``Authorization``; ``""`` where it offers none.
    """
    found = (protocol for protocol in _protocols(request) if protocol.startswith(_BEARER))
    return next((f"Bearer {protocol.removeprefix(_BEARER)}" for protocol in found), "")


def _protocols(request: web.Request) -> list[str]:
    """The WebSocket protocols that a request offers."""
    offered = request.headers.get("Sec-WebSocket-Protocol", "")
    return [protocol.strip() for protocol in offered.split(",")] if offered else []


class _Beats:
    """When the next heartbeat is due."""

    def __init__(self, every: float) -> None:
        self._every = every
        self._next = 0.0

    @property
    def due(self) -> bool:
        return self._now() >= self._next

    @property
    def left_ms(self) -> int:
        """At least 1: for Redis, 0 is for ever."""
        return max(1, round((self._next - self._now()) * 1000))

    def sent(self) -> None:
        self._next = self._now() + self._every

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


async def _missed(stream: EventStream, after: str) -> bool:
    """Whether events behind one are gone, or the stream is not the one that it came from."""
    if place_of(after) > place_of(await stream.last_id()):
        return True
    return await stream.gap_after(after) is not None


async def _hear(socket: web.WebSocketResponse) -> None:
    """Answer pings until the other side closes; what else it says is nothing to us."""
    async for message in socket:
        if message.type is WSMsgType.ERROR:
            return
