"""From stored recordings to text, by the real recogniser."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from media.speech.models import EngineName, Model, Models
from media.wav import read_wav, write_wav
from recorder import transcribing
from recorder.transcripts import turns
from store.events import EventType
from store.models import RecordingKind, TranscriptState
from tests.integration.recorder.conftest import SIDECAR, Desk
from tests.integration.recorder.dictation import (
    SPOKEN,
    answering,
    delayed,
    found,
    stored,
    transcribing_of,
    transcripts,
)

pytestmark = pytest.mark.integration

OPERATOR_MS = (1090, 1670)
"""From when to when the word is said in it, by ear."""

TOLERANCE_MS = 150


async def test_each_side_is_written_down_with_the_time_of_each_word(desk: Desk) -> None:
    await stored(desk, SPOKEN, delayed(desk, seconds=5))
    await transcribing_of(desk).work()
    caller, agent = await transcripts(desk)
    assert (caller.leg, caller.state, caller.engine) == ("caller", "done", "pocketsphinx")
    for side, later_ms in ((caller, 0), (agent, 5000)):
        assert side.words is not None
        ((begins, ends),) = [(word[1], word[2]) for word in side.words if word[0] == "operator"]
        assert abs(begins - later_ms - OPERATOR_MS[0]) < TOLERANCE_MS
        assert abs(ends - later_ms - OPERATOR_MS[1]) < TOLERANCE_MS
    first, second = [turn.leg for turn in turns((caller, agent))]
    assert (first, second) == ("caller", "agent")
    assert await found(desk, "OPENING operator") == [SIDECAR.base]
    assert await found(desk, "operator xylophone") == []


async def test_the_event_tells_each_side_once_and_no_word(desk: Desk) -> None:
    await stored(desk, SPOKEN, SPOKEN)
    service = transcribing_of(desk, answering(desk))
    await service.work()
    await service.work()
    events = await desk.events(EventType.RECORDING_TRANSCRIBED)
    assert [dict(event.fields) for event in events] == [
        {"recording": SIDECAR.base, "leg": leg, "language": "en", "engine": "fake"}
        for leg in ("caller", "agent")
    ]
    assert service.backlog == 0


async def test_a_language_without_a_model_waits_until_one_is_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stored(desk, SPOKEN, SPOKEN, language="sv")
    service = transcribing_of(desk, answering(desk))
    await service.work()
    assert {(one.state, one.reason) for one in await transcripts(desk)} == {
        (TranscriptState.NO_MODEL, "language_not_installed")
    }
    assert await desk.events(EventType.RECORDING_TRANSCRIBED) == []

    swedish = Model("sv", EngineName.VOSK, "swedish", desk.folder, 1, "", {})
    monkeypatch.setattr(transcribing, "find_models", lambda _: Models((swedish,)))
    await service.work()
    assert [one.state for one in await transcripts(desk)] == ["no_model"] * 2, "looked just now"
    desk.now_ms += 61_000
    await service.work()
    assert [one.state for one in await transcripts(desk)] == ["done"] * 2
    assert await found(desk, "forsakring") == [SIDECAR.base]


async def test_where_nobody_knows_the_language_that_is_the_reason_to_wait(desk: Desk) -> None:
    await stored(desk, SPOKEN, SPOKEN, language="")
    await stored(desk, SPOKEN, SPOKEN, n=8)
    service = transcribing_of(desk, answering(desk))
    await service.work()
    assert {(one.recording[-1], one.state, one.reason) for one in await transcripts(desk)} == {
        ("7", TranscriptState.NO_MODEL, "language_unknown"),
        ("8", TranscriptState.DONE, None),
    }


async def test_a_damaged_file_is_told_and_holds_up_no_other(desk: Desk) -> None:
    first = await stored(desk, SPOKEN, SPOKEN)
    second = await stored(desk, SPOKEN, SPOKEN, n=8)
    file = desk.archive.path(first)
    content = bytearray(file.read_bytes())
    content[-100] ^= 1
    file.write_bytes(content)
    await transcribing_of(desk).work()
    by_recording = {one.recording: (one.state, one.reason) for one in await transcripts(desk)}
    assert by_recording == {
        first.id: (TranscriptState.FAILED, "file_tampered"),
        second.id: (TranscriptState.DONE, None),
    }


async def test_a_voicemail_has_one_side(desk: Desk) -> None:
    sidecar = replace(
        SIDECAR, kind=RecordingKind.VOICEMAIL, agent="", queue="", mailbox="x", language="en"
    )
    base = await desk.recorder.expect(sidecar)
    write_wav(Path(f"{base}-caller.wav"), read_wav(SPOKEN))
    desk.recorder.finish(sidecar.base)
    await desk.recorder.look()
    await transcribing_of(desk, answering(desk)).work()
    (only,) = await transcripts(desk)
    assert (only.leg, only.text, only.folded) == (
        "caller",
        "tjänst Försäkring",
        "tjanst forsakring",
    )
