"""Live events: from now or from before, without a gap, filtered, without numbers for viewers."""

from __future__ import annotations

import asyncio
import socket as sockets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from ivr.api.events import FOLLOWERS, FOLLOWERS_A_TOKEN, Close
from ivr.api.route import PREFIX
from ivr.api.tokens import Role
from store.events import Event, EventType
from store.stream import CONNECTIONS, stream_key
from tests.integration.ivr.api.site import SUPPORT, Site, messages

pytestmark = pytest.mark.integration

CALLER = "+46701740605"


async def happen(site: Site, contact: str, kind: EventType = EventType.CALL_QUEUED) -> str:
    fields = {"caller": CALLER, "dialled": "100", "tree": "t", "version": "1"}
    if kind is not EventType.CONTACT_STARTED:
        fields = {"arrived": "7"}
    queue = "" if kind is EventType.CONTACT_STARTED else SUPPORT.name
    return await site.town.stream.append(Event(kind, 7, "town", contact, queue, fields=fields))


async def soon(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is looked at tells nobody
            await asyncio.sleep(0.01)


async def closed(socket: ClientWebSocketResponse) -> int | None:
    """The code by which we were let go."""
    while (await socket.receive(timeout=10)).type is WSMsgType.TEXT:
        pass
    return socket.close_code


async def test_events_come_as_they_happen_after_a_first_heartbeat(site: Site) -> None:
    before = await happen(site, "c-0")
    async with site.follow() as socket:
        assert await socket.receive_json(timeout=10) == {"id": before, "type": "heartbeat"}
        entry = await happen(site, "c-1")
        assert await socket.receive_json(timeout=10) == {
            "id": entry,
            "org": "town",
            "type": "call.queued",
            "at": 7,
            "contact": "c-1",
            "queue": "support",
            "arrived": 7,
        }


async def test_a_browser_offers_its_token_as_a_protocol(site: Site) -> None:
    url = f"{site.root}{PREFIX}/town/events"
    offered = ("vaxel.events", f"bearer.{site.tokens['viewer']}")
    async with site.http.ws_connect(url, protocols=offered) as socket:
        assert socket.protocol == "vaxel.events"
        assert (await socket.receive_json(timeout=10))["type"] == "heartbeat"
    with pytest.raises(WSServerHandshakeError, match="401"):
        await site.http.ws_connect(url, protocols=("vaxel.events", "bearer.vaxel.nobody.x"))


async def test_a_token_that_is_offered_without_our_protocol_is_in_no_log(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    url, token = f"{site.root}{PREFIX}/town/events", site.tokens["viewer"]
    for offered in ([f"bearer.{token}"], ["other", f"bearer.{token}"]):
        with pytest.raises(WSServerHandshakeError) as refused:
            await site.http.ws_connect(url, protocols=offered)
        assert refused.value.status == 400
    answer = await site.ask(
        "GET", "/town/events", "", headers={"Sec-WebSocket-Protocol": f"bearer.{token}"}
    )
    assert (answer.status, answer.code) == (400, "api.protocol_unknown")
    assert token not in caplog.text


async def test_who_connects_anew_behind_the_last_message_misses_nothing(site: Site) -> None:
    async with site.follow() as socket:
        first = await socket.receive_json(timeout=10)
    await happen(site, "c-1")
    async with site.follow(f"?after={first['id']}") as socket:
        [one] = await messages(socket, 1)
    for number in range(2, 500):  # more than are read at once
        await happen(site, f"c-{number}")
    async with site.follow(f"?after={one['id']}") as socket:
        await happen(site, "c-500")
        rest = await messages(socket, 499)
    assert [message["contact"] for message in [one, *rest]] == [f"c-{n}" for n in range(1, 501)]


async def test_other_types_are_left_out_and_heartbeats_tell_how_far_they_are_passed(
    site: Site,
) -> None:
    async with site.follow("?after=0-0&types=contact.started,call.left") as socket:
        await happen(site, "c-1")
        await happen(site, "c-2", EventType.CONTACT_STARTED)
        [started] = await messages(socket, 1)
        assert (started["type"], started["contact"]) == ("contact.started", "c-2")
        passed = await happen(site, "c-3")
        while (beat := await socket.receive_json(timeout=10))["id"] != passed:
            assert beat["type"] == "heartbeat"


@pytest.mark.parametrize("role", ["viewer", "supervisor", "admin"])
async def test_a_callers_number_is_for_those_who_may_act(site: Site, role: str) -> None:
    async with site.follow("?after=0-0", role) as socket:
        await happen(site, "c-1", EventType.CONTACT_STARTED)
        [started] = await messages(socket, 1)
    assert started.get("caller") == (None if role == "viewer" else CALLER)
    assert (CALLER in str(started)) == (role != "viewer")


async def test_only_the_organisation_that_was_asked_for_is_followed(site: Site) -> None:
    async with site.follow() as socket:
        await socket.receive_json(timeout=10)
        other = Event(
            EventType.CALL_QUEUED, 7, "village", "v-1", "support", fields={"arrived": "7"}
        )
        await site.offices["village"].stream.append(other)
        await happen(site, "c-1")
        [one] = await messages(socket, 1)
    assert one["contact"] == "c-1"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?after=yesterday", 422),
        ("?after=1-2-3", 422),
        ("?after=" + "9" * 40, 422),
        ("?after=\u0661-\u0661", 422),
        ("?types=call.queued,call.lost", 422),
        ("?types=", 422),
        ("?from=0-0", 422),
    ],
)
async def test_what_cannot_be_followed_is_refused_before_the_connection_is_made(
    site: Site, query: str, status: int
) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await site.follow(query)
    assert refused.value.status == status


async def test_a_plain_request_is_told_that_a_websocket_is_wanted(site: Site) -> None:
    answer = await site.ask("GET", "/town/events")
    assert (answer.status, answer.code) == (400, "api.no_websocket")


async def test_events_that_are_not_kept_any_more_are_a_gap_that_is_told(site: Site) -> None:
    first = await happen(site, "c-1")
    for number in range(2, 6):
        await happen(site, f"c-{number}")
    await site.redis.xtrim(stream_key("town"), maxlen=2, approximate=False)
    async with site.follow(f"?after={first}") as socket:
        assert await closed(socket) == Close.GAP
    async with site.follow("?after=99999999999999-0") as socket:  # of a Redis that is gone
        assert await closed(socket) == Close.GAP


async def test_who_holds_a_token_that_is_revoked_is_let_go(site: Site) -> None:
    site.tokens["new"] = site.file.make("new", Role.VIEWER, ("town",), datetime.now(UTC))
    async with site.follow(role="new") as socket:
        await socket.receive_json(timeout=10)
        site.file.revoke("new")
        assert await closed(socket) == Close.TOKEN_REVOKED


async def test_a_token_follows_so_often_and_no_more_until_it_lets_go(site: Site) -> None:
    open_ = [await site.follow() for _ in range(FOLLOWERS_A_TOKEN)]
    with pytest.raises(WSServerHandshakeError) as refused:
        await site.follow()
    assert refused.value.status == 429
    await open_[0].close()
    await soon(lambda: site.feed.followers < FOLLOWERS_A_TOKEN)
    open_.append(await site.follow())
    for one in open_:
        await one.close()


async def test_followers_leave_the_calls_their_connections_to_redis(site: Site) -> None:
    """Each waits for Redis on a connection of its own, and calls need those too."""
    for number in range(20):
        name = f"board-{number}"
        site.tokens[name] = site.file.make(name, Role.VIEWER, ("town",), datetime.now(UTC))
    open_: list[ClientWebSocketResponse] = []
    refused: set[int] = set()
    for number in range(20 * FOLLOWERS_A_TOKEN):
        try:
            open_.append(await site.follow(role=f"board-{number % 20}"))
        except WSServerHandshakeError as full:
            refused.add(full.status)
    assert (len(open_), refused) == (FOLLOWERS, {503})
    answer = await site.ask("GET", "/town/events", "board-0")
    assert (answer.status, answer.code) == (503, "api.feed_full")
    assert FOLLOWERS <= CONNECTIONS // 2
    async with asyncio.timeout(2):
        await site.log_in("4001")
    for one in open_:
        await one.close()


async def test_who_takes_nothing_is_let_go_and_holds_up_nobody(site: Site) -> None:
    large = {"problem": "x" * 60_000}
    for _ in range(200):
        await site.town.stream.append(Event(EventType.TREES_REFUSED, 7, "town", fields=large))
    host, port = site.root.removeprefix("http://").split(":")
    lazy = sockets.socket()
    lazy.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    lazy.setblocking(False)
    await asyncio.get_running_loop().sock_connect(lazy, (host, int(port)))
    request = (
        f"GET {PREFIX}/town/events?after=0-0 HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Authorization: Bearer {site.tokens['viewer']}\r\n\r\n"
    )
    await asyncio.get_running_loop().sock_sendall(lazy, request.encode())
    async with site.follow(role="supervisor") as quick:
        await quick.receive_json(timeout=10)
        await happen(site, "c-1")
        assert (await messages(quick, 1))[0]["contact"] == "c-1"
    await soon(lambda: site.feed.let_go[Close.TOO_SLOW] == 1)
    await soon(lambda: site.feed.followers == 0)
    lazy.close()


async def test_what_a_follower_says_is_nothing_to_us_unless_it_is_long(site: Site) -> None:
    async with site.follow() as socket:
        await socket.receive_json(timeout=10)
        await socket.send_str("hello")
        await happen(site, "c-1")
        assert (await messages(socket, 1))[0]["contact"] == "c-1"
        await socket.send_str("x" * 100_000)
        assert await closed(socket) == 1009


async def test_the_end_of_the_controller_is_told(site: Site) -> None:
    async with site.follow() as socket:
        await socket.receive_json(timeout=10)
        stopping: Any = asyncio.create_task(site.runner.cleanup())
        assert await closed(socket) == 1001
        await stopping
