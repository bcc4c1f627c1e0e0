"""The speech server as a process, with real models, and everything that can befall it."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest

from media.speech.models import find_models
from media.speech.server import MAX_FRAME_BYTES
from media.wav import read_wav
from tests.e2e.rig.eventually import eventually
from tests.integration.media.speech_server import FRAME_BYTES, Busy, Caller, SpeechServer, caller

pytestmark = [
    pytest.mark.integration,
    pytest.mark.asyncio(loop_scope="module"),
]

AUDIO = Path(__file__).parents[2] / "audio" / "speech" / "en"
LOOK_SECONDS = 0.05
MENU = ("customer service", "opening hours", "operator", "repeat")
QUIET = bytes(8000)
AFTER = bytes(24_000)


def words(name: str) -> bytes:
    return QUIET + read_wav(AUDIO / f"{name}.wav") + AFTER


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SpeechServer]:
    folder = tmp_path_factory.mktemp("speech")
    # a damaged model beside the good ones: nobody may notice who does not speak its language
    korean = find_models(folder).of("ko").path
    damaged = folder / "models" / "vosk-model-small-da-0.1"
    shutil.copytree(korean, damaged, ignore=lambda _, names: {"Gr.fst"} & {*names})
    (damaged / "graph" / "Gr.fst").write_bytes(os.urandom(5000))
    server = SpeechServer(folder / "models", folder / "speech.log", workers=2)
    yield server
    server.process.kill()
    server.process.wait()


@pytest.fixture(autouse=True)
async def _ready(server: SpeechServer) -> None:
    await server.ready()


async def understood(server: SpeechServer, name: str) -> tuple[str, str]:
    async with asyncio.timeout(60):
        while True:
            with suppress(Busy):
                async with caller(server) as one:
                    await one.menu("en", *MENU)
                    await one.say(words(name))
                    return await one.result()
            await asyncio.sleep(LOOK_SECONDS)


async def test_a_spoken_word_is_told_as_its_phrase(server: SpeechServer) -> None:
    assert await understood(server, "operator") == ("en", "operator")
    assert await understood(server, "banana-pancakes") == ("en", "")


async def test_whatever_is_said_is_written_down_by_both_engines(server: SpeechServer) -> None:
    async def told(language: str, name: str) -> tuple[str, str]:
        async with asyncio.timeout(60):
            while True:
                with suppress(Busy):
                    async with caller(server) as one:
                        await one.free(language, 10)
                        await one.say(words(name))
                        return await one.result()
                await asyncio.sleep(LOOK_SECONDS)

    (_, english), (_, swedish), (grammar, korean) = await asyncio.gather(
        told("en", "thank-you"), told("en", "swedish"), told("ko", "thank-you")
    )
    assert english == "thank you very much"
    assert swedish == "swedish"
    assert grammar == "ko"
    assert korean, "English to its ears is some Korean"


async def test_many_callers_at_once_each_get_their_own_answer(server: SpeechServer) -> None:
    names = ("operator", "repeat", "opening-hours", "weather") * 2

    answers = await asyncio.gather(*(understood(server, name) for name in names))

    expected = {"weather": ""}
    assert answers == [("en", expected.get(name, name.replace("-", " "))) for name in names]


async def test_barge_in_is_told_before_the_answer(server: SpeechServer) -> None:
    async with caller(server) as one:
        await one.menu("en", *MENU)
        await one.set("barge_in", "yes")

        await one.say(words("repeat"))

        assert await one.result() == ("began", "")
        async with line_open(one):
            assert await one.result() == ("en", "repeat")


async def test_a_damaged_model_is_one_language_less_and_no_more(server: SpeechServer) -> None:
    stats = await server.page("/stats")

    assert stats["languages"] == {"en": "pocketsphinx", "ko": "vosk"}
    async with caller(server) as one:
        await one.menu("en", *MENU)
        refused = await one.set("language", "da")
    assert "'da'" in refused["error_msg"]
    assert any("vosk-model-small-da-0.1" in line.get("model", "") for line in server.log)


async def test_a_killed_worker_fails_its_own_streams_and_is_replaced(
    server: SpeechServer,
) -> None:
    lost_before = (await server.page("/stats"))["workers_lost"]
    sound = words("operator")
    async with caller(server) as first, caller(server) as second:
        for one in (first, second):  # each gets a worker of its own
            await one.menu("en", *MENU)
            await one.say(sound[: len(QUIET) + 1600])

        server.workers[0].kill()
        failed, answer = await first_told(first, second)
        other = second if failed is first else first
        await other.say(sound[len(QUIET) + 1600 :])

        assert answer == ("error", "worker_lost")
        assert await other.result() == ("en", "operator")
        assert "error_msg" not in await failed.set("phrases", "|".join(MENU))
        await failed.say(words("repeat"))
        assert await failed.result() == ("en", "repeat")
    await eventually(lambda: server.tells(workers=2, workers_lost=lost_before + 1), seconds=20)


async def test_the_death_of_all_decoding_processes_is_mended(server: SpeechServer) -> None:
    lost_before = (await server.page("/stats"))["workers_lost"]

    for process in psutil.Process(server.process.pid).children(recursive=True):
        process.kill()

    await eventually(lambda: server.tells(workers=2, workers_lost=lost_before + 2), seconds=20)
    assert await understood(server, "repeat") == ("en", "repeat")


async def test_a_late_server_refuses_what_is_new_and_recovers(server: SpeechServer) -> None:
    workers = server.workers
    async with caller(server) as first, caller(server) as second:
        for one in (first, second):
            await one.menu("en", *MENU)
        for worker in workers:
            worker.suspend()
        try:
            for one in (first, second):
                await one.say(words("operator"))
            refused = await eventually_refused(server)
        finally:
            for worker in workers:
                worker.resume()

        assert "busy" in refused["error_msg"]
        assert await first.result() == ("en", "operator")
        assert await second.result() == ("en", "operator")
    assert (await server.page("/stats"))["refused"] > 0
    assert await understood(server, "repeat") == ("en", "repeat")


async def test_a_refused_conversation_is_closed_by_the_server(server: SpeechServer) -> None:
    async with caller(server) as one:
        refused = await one.ask("setup", version="0.1.0", codecs=[{"name": "opus"}])

        assert "opus" in refused["error_msg"]
        assert (await one.socket.receive()).type is aiohttp.WSMsgType.CLOSE


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", aiohttp.WSCloseCode.PROTOCOL_ERROR),
        ('{"request": "set"}', aiohttp.WSCloseCode.PROTOCOL_ERROR),
        ("x" * (MAX_FRAME_BYTES + 1), aiohttp.WSCloseCode.MESSAGE_TOO_BIG),
        (bytes(MAX_FRAME_BYTES + 1), aiohttp.WSCloseCode.MESSAGE_TOO_BIG),
    ],
    ids=["no JSON", "no id", "huge text", "huge audio"],
)
async def test_garbage_ends_its_own_conversation(
    server: SpeechServer, frame: str | bytes, code: int
) -> None:
    async with caller(server) as one:
        if isinstance(frame, str):
            await one.socket.send_str(frame)
        else:
            await one.socket.send_bytes(frame)

        closed = await one.socket.receive()

    assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, code)
    assert await understood(server, "repeat") == ("en", "repeat")


async def test_audio_before_the_phrases_is_dropped_and_odd_pieces_are_put_together(
    server: SpeechServer,
) -> None:
    sound = words("operator")
    async with caller(server) as one:
        await one.menu("en", *MENU)
        await one.ask("set", params={"language": "en"})
        await one.say(words("repeat"))
        await one.set("phrases", "|".join(MENU))
        for start in range(0, len(sound), 321):
            await one.socket.send_bytes(sound[start : start + 321])

        assert await one.result() == ("en", "operator")


async def test_who_reads_nothing_is_cut_off(server: SpeechServer) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
    writer.write(
        b"GET /aeap HTTP/1.1\r\nHost: speech\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        b"Sec-WebSocket-Protocol: speech_to_text\r\n\r\n"
    )
    await reader.readuntil(b"\r\n\r\n")
    question = b'{"request": "get", "id": "1", "params": ["results"]}'
    # a masked text frame whose mask is nothing
    frame = bytes((0x81, 0x80 | len(question))) + bytes(4) + question

    async def ask_without_end() -> None:
        while True:
            writer.write(frame * 500)
            await writer.drain()

    with pytest.raises(ConnectionError):
        await asyncio.wait_for(ask_without_end(), 60)
    writer.close()

    assert await understood(server, "repeat") == ("en", "repeat")


async def test_it_ends_in_order_and_leaves_no_process(tmp_path: Path) -> None:
    server = await SpeechServer(tmp_path, tmp_path / "speech.log", workers=1).ready()
    processes = psutil.Process(server.process.pid).children(recursive=True)
    async with caller(server) as one:
        await one.menu("en", *MENU)

        assert await asyncio.to_thread(server.stop) == 0

        assert (await one.socket.receive()).data == aiohttp.WSCloseCode.GOING_AWAY
    assert len(processes) == 2
    assert not any(process.is_running() for process in processes)


async def test_a_taken_port_is_told_at_once_in_a_sentence(
    server: SpeechServer, tmp_path: Path
) -> None:
    second = SpeechServer(tmp_path, tmp_path / "second.log", workers=1, port=server.port)

    assert await asyncio.to_thread(second.process.wait, 20) == 2
    assert "setting speech.port" in (tmp_path / "second.log").read_text(encoding="utf-8")


@asynccontextmanager
async def line_open(one: Caller) -> AsyncIterator[None]:
    """Send silence, as a phone does as long as it is listened to."""

    async def send() -> None:
        while True:
            await one.say(bytes(FRAME_BYTES))
            await asyncio.sleep(LOOK_SECONDS)

    sending = asyncio.create_task(send())
    try:
        yield
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def first_told(*callers: Caller) -> tuple[Caller, tuple[str, str]]:
    """Whoever gets a result first, and the result."""
    asked = {asyncio.ensure_future(one.result()): one for one in callers}
    done, waiting = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    (first,) = done
    return asked[first], first.result()


async def eventually_refused(server: SpeechServer) -> dict[str, Any]:
    async with asyncio.timeout(20):
        while True:
            async with caller(server) as one:
                answer = await one.ask("setup", version="0.1.0", codecs=[{"name": "slin"}])
            if "error_msg" in answer:
                return answer
            await asyncio.sleep(LOOK_SECONDS)
