"""How long a caller's message is kept, and when there is none."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from ivr.calls.agi_call import AgiCall
from ivr.calls.messages import Messages
from ivr.flow.call import Message, MessageRequest, QueueOutcome, QueueRequest
from ivr.flow.organisation import Organisation
from ivr.flow.queues import Queue
from ivr.flow.recording import RecordingPolicy
from media.tones import tone
from media.wav import write_wav
from recorder.recorder import Recorder
from recorder.sidecar import Sidecar

pytestmark = pytest.mark.unit

NOW_MS = 1_763_974_805_000


class FakeOrganisation:
    def __init__(self, **days: int) -> None:
        self.id = "demo"
        self.queues = {
            name: Queue(recording=RecordingPolicy.model_validate({"keep": f"{kept} days"}))
            for name, kept in days.items()
        }


class FakeRecorder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.expected: list[Sidecar] = []
        self.finished: list[str] = []
        self.dropped: list[Sidecar] = []

    async def expect(self, sidecar: Sidecar) -> Path:
        self.expected.append(sidecar)
        return self._folder / sidecar.base

    def finish(self, base: str) -> None:
        self.finished.append(base)

    async def drop(self, sidecar: Sidecar) -> None:
        self.dropped.append(sidecar)


class FakeSession:
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def stream_file(self, _name: str) -> None:
        return

    async def record_file(self, name: str, **_: Any) -> None:
        if self._seconds:
            write_wav(Path(f"{name}.wav"), tone(440, self._seconds))


async def _ride(*_: Any) -> QueueOutcome:
    return QueueOutcome.TIMED_OUT


def left(
    folder: Path, *queues: str, seconds: float = 2, whose: str = "", **days: int
) -> tuple[Message, FakeRecorder]:
    """A message of a caller who came to these queues before."""
    recorder = FakeRecorder(folder)
    organisation = cast(Organisation, FakeOrganisation(**days))
    messages = Messages(organisation, cast(Recorder, recorder), Path("/beep"), lambda: NOW_MS)
    call = AgiCall(
        cast(Any, FakeSession(seconds)),
        cast(Any, None),
        contact="c-1",
        caller="+46701234567",
        dialled="100",
        ride=_ride,
        listen=cast(Any, None),
        record=messages.take,
        world=lambda _: cast(Any, None),
    )

    async def way() -> Message:
        for queue in queues:
            await call.queue(QueueRequest(queue, "sv", None, {}))
        return await call.record(MessageRequest("office", "sv", queue=whose))

    return asyncio.run(way()), recorder


@pytest.mark.parametrize(
    ("queues", "kept"),
    [
        (("fees",), 30),
        (("fees", "support"), 7),  # the last one
        ((), 30),
        (("closed",), 30),  # one that the organisation no longer has
    ],
)
def test_a_message_is_kept_as_long_as_recordings_of_the_queue(
    tmp_path: Path, queues: tuple[str, ...], kept: int
) -> None:
    message, recorder = left(tmp_path, *queues, fees=30, support=7)
    (sidecar,) = recorder.expected
    assert message == Message(sidecar.base, 2)
    assert sidecar.keep_days == kept
    assert recorder.finished == [sidecar.base]


def test_a_message_that_the_tree_gives_to_a_queue_is_that_queues(tmp_path: Path) -> None:
    _, recorder = left(tmp_path, "fees", whose="support", fees=30, support=7)
    (sidecar,) = recorder.expected
    assert (sidecar.queue, sidecar.keep_days) == ("support", 7)


def test_without_any_queue_it_is_kept_for_a_quarter(tmp_path: Path) -> None:
    (sidecar,) = left(tmp_path)[1].expected
    assert sidecar.keep_days == 90


@pytest.mark.parametrize("seconds", [0, 0.5])
def test_a_moment_of_sound_is_no_message(tmp_path: Path, seconds: float) -> None:
    message, recorder = left(tmp_path, seconds=seconds)
    assert message == Message()
    assert recorder.finished == []
    assert recorder.dropped == recorder.expected
