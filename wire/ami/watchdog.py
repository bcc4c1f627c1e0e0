"""Finds out that Asterisk is gone although the connection stands (a half-open link)."""

from __future__ import annotations

import asyncio

from wire.ami.errors import AmiConnectionLost, AmiPeerSilent
from wire.ami.link import Connection
from wire.ami.settings import AmiClock, AmiLimits


async def watch(connection: Connection, limits: AmiLimits, clock: AmiClock) -> None:
    """Ping until the connection ends; give it up when the peer is dead.

    Dead is a peer that neither answers a ping nor sends anything else while we listen: a busy
    Asterisk may answer late behind its events, and while reading is paused we are the deaf one.
    """
    while True:
        await clock.sleep(limits.ping_every)
        if not connection.reading:
            continue
        reads, sent = connection.reads, clock.monotonic()
        try:
            async with asyncio.timeout(limits.ping_answer):
                await connection.send({"Action": "Ping"})
            connection.ping_seconds = clock.monotonic() - sent
        except AmiConnectionLost:
            return
        except TimeoutError:
            if connection.silent(since=reads):
                connection.fail(
                    AmiPeerSilent(
                        "Asterisk answered no ping and sent nothing for "
                        f"{limits.ping_answer:g} s; a new connection will be made."
                    )
                )
                return
