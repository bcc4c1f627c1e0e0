"""The pool with workers that a test plays: what they say late, wrongly or not at all."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import pytest

from media.speech import pool as pool_module
from media.speech import worker_link
from media.speech.errors import NotListening, Overloaded
from media.speech.nurse import Nurse
from media.speech.pipe import Message, Tag, Unpacker, pack
from media.speech.pool import Pool, Stream
from media.speech.recognition import Heard, Kind, Recognition
from media.speech.server import stats

pytestmark = pytest.mark.unit

PIECE = bytes(1600)
YES = Recognition("en", ("yes",), "slin")
NO = Recognition("en", ("no",), "slin")


class Played:
    """A worker's end of its socket."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self.connection = connection
        self._unpacker = Unpacker()
        self._got: list[Message] = []

    async def gets(self) -> Message:
        while not self._got:
            data = await asyncio.get_running_loop().sock_recv(self.connection, 1 << 16)
            self._got += self._unpacker.feed(data)
        return self._got.pop(0)

    def says(self, tag: Tag, payload: bytes = b"", stream: int = 1) -> None:
        self.connection.sendall(pack(tag, stream, payload))


class PlayedNurse:
    """Gives birth to workers that a test plays; their process ids count from 1."""

    def __init__(self) -> None:
        self.engines = {"en": "pocketsphinx"}
        self.born: list[Played] = []

    async def birth(self) -> tuple[socket.socket, int]:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        self.born.append(Played(theirs))
        return ours, len(self.born)

    async def stop(self) -> None:
        for worker in self.born:
            worker.connection.close()


@asynccontextmanager
async def one_worker(nurse: PlayedNurse) -> AsyncIterator[Pool]:
    async with asyncio.timeout(20), Pool(cast(Nurse, nurse), 1) as pool:
        await hired(pool)
        yield pool


async def hired(pool: Pool) -> None:
    while not pool.workers:  # noqa: ASYNC110 - nobody but a test waits for it
        await asyncio.sleep(0)


async def listens(stream: Stream, recognition: Recognition, worker: Played) -> None:
    asked = asyncio.create_task(stream.listen(recognition))
    assert (await worker.gets()).tag is Tag.LISTEN
    worker.says(Tag.LISTENING)
    await asked


async def test_a_worker_that_hangs_is_killed_and_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    nurse = PlayedNurse()
    heard: asyncio.Queue[Heard] = asyncio.Queue()
    killed: list[int] = []

    def kill(process: int, _: int) -> None:
        killed.append(process)
        nurse.born[process - 1].connection.close()

    monkeypatch.setattr(worker_link, "_HANGS_SECONDS", 0.05)
    monkeypatch.setattr(pool_module, "_DIED_YOUNG_SECONDS", 0.0)
    monkeypatch.setattr(os, "kill", kill)
    async with one_worker(nurse) as pool:
        stream = pool.stream(heard.put_nowait)
        await listens(stream, YES, nurse.born[0])

        await stream.hear(PIECE)

        assert await heard.get() == Heard(Kind.FAILED, "worker_lost")
        await hired(pool)
        await listens(stream, YES, nurse.born[1])
        assert killed == [1]
        assert (pool.lost, pool.errors) == (1, 1)


async def test_an_answer_that_comes_too_late_is_none_to_what_was_asked_since(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nurse = PlayedNurse()
    async with one_worker(nurse) as pool:
        (worker,) = nurse.born
        stream = pool.stream(lambda _: None)
        with monkeypatch.context() as patch:
            patch.setattr(pool_module, "_LISTEN_SECONDS", 0.01)
            with pytest.raises(Overloaded):
                await stream.listen(YES)
        asked = asyncio.create_task(stream.listen(NO))
        assert [(await worker.gets()).tag for _ in range(2)] == [Tag.LISTEN] * 2

        worker.says(Tag.LISTENING)
        worker.says(Tag.HEARD, Heard(Kind.MATCH, "yes", 80).to_wire())
        worker.says(Tag.LISTENING, b"it knows no such word")

        with pytest.raises(NotListening, match="no such word"):
            await asked


async def test_a_worker_is_late_with_a_question_as_with_sound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker_link, "_LATE_SECONDS", 0.0)
    monkeypatch.setattr(pool_module, "_LISTEN_SECONDS", 0.01)
    nurse = PlayedNurse()
    async with one_worker(nurse) as pool:
        with suppress(Overloaded):
            await pool.stream(lambda _: None).listen(YES)

        with pytest.raises(Overloaded):
            pool.stream(lambda _: None)
        assert (pool.busy, pool.refused) == (1, 2)


async def test_what_a_new_nursery_has_loaded_is_what_is_understood() -> None:
    async def told() -> dict[str, Any]:
        found: dict[str, Any] = json.loads((await stats(pool)).text or "")
        return found

    nurse = PlayedNurse()
    async with one_worker(nurse) as pool:
        await listens(pool.stream(lambda _: None), YES, nurse.born[0])
        nurse.engines = {"sv": "vosk"}

        after = await told()

    assert after["languages"] == {"sv": "vosk"}
    assert after["recognitions"] == {"vosk": 0, "pocketsphinx": 1}
