"""What a worker does with its messages, and how the messages are framed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.speech.pipe import Message, Tag, Unpacker, pack
from media.speech.recognition import Heard, Kind, Recognition
from media.speech.worker import Worker
from tests.unit.media.speech.fakes import FakeEngine
from tests.unit.media.speech.test_listener import hiss, voice

pytestmark = pytest.mark.unit

YES = Recognition("en", ("yes",), "slin")
SPEECH = hiss(500) + voice(500) + hiss(1500)


def answers(data: bytes) -> list[Message]:
    return Unpacker().feed(data)


def test_speech_is_heard_and_audio_is_acknowledged() -> None:
    worker = Worker({"en": FakeEngine("yes")})

    listening = answers(worker.take(Message(Tag.LISTEN, 7, YES.to_wire())))
    told = answers(worker.take(Message(Tag.AUDIO, 7, SPEECH)))

    assert listening == [Message(Tag.LISTENING, 7)]
    assert [message.tag for message in told] == [Tag.HEARD, Tag.HEARD, Tag.DONE]
    assert Heard.from_wire(told[1].payload) == Heard(Kind.MATCH, "yes", 80)


@pytest.mark.parametrize(
    ("recognition", "reason"),
    [
        (Recognition("sv", ("ja",), "slin"), "'sv'"),
        (Recognition("en", ("xyzzy",), "slin"), "words"),
    ],
)
def test_what_cannot_be_listened_for_is_refused_with_a_reason(
    recognition: Recognition, reason: str
) -> None:
    worker = Worker({"en": FakeEngine()})

    (refused,) = answers(worker.take(Message(Tag.LISTEN, 7, recognition.to_wire())))
    told = answers(worker.take(Message(Tag.AUDIO, 7, SPEECH)))

    assert reason in refused.payload.decode()
    assert [message.tag for message in told] == [Tag.DONE]


def test_an_engine_that_breaks_fails_its_stream_and_no_other() -> None:
    worker = Worker({"en": FakeEngine("yes", fails=True), "ko": FakeEngine("yes")})
    worker.take(Message(Tag.LISTEN, 1, YES.to_wire()))
    worker.take(Message(Tag.LISTEN, 2, Recognition("ko", ("yes",), "slin").to_wire()))

    broken = answers(worker.take(Message(Tag.AUDIO, 1, SPEECH)))
    well = answers(worker.take(Message(Tag.AUDIO, 2, SPEECH)))

    assert Heard.from_wire(broken[0].payload) == Heard(Kind.FAILED, "engine_failed")
    assert Heard.from_wire(well[1].payload) == Heard(Kind.MATCH, "yes", 80)


def test_a_stream_that_left_is_heard_no_more() -> None:
    worker = Worker({"en": FakeEngine("yes")})
    worker.take(Message(Tag.LISTEN, 7, YES.to_wire()))

    worker.take(Message(Tag.LEAVE, 7))

    assert [m.tag for m in answers(worker.take(Message(Tag.AUDIO, 7, SPEECH)))] == [Tag.DONE]


@given(
    st.lists(st.tuples(st.sampled_from(Tag), st.integers(0, 2**32 - 1), st.binary(max_size=40))),
    st.integers(1, 30),
)
def test_messages_are_found_however_the_bytes_come(
    sent: list[tuple[Tag, int, bytes]], piece: int
) -> None:
    data = b"".join(pack(*one) for one in sent)
    unpacker = Unpacker()

    found = [
        message
        for start in range(0, len(data), piece)
        for message in unpacker.feed(data[start : start + piece])
    ]

    assert found == [Message(*one) for one in sent]
