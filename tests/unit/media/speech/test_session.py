"""What Asterisk is answered: text and audio in, text out, no socket."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.speech.errors import Overloaded, ProtocolFault
from media.speech.recognition import Heard, Kind, Recognition
from media.speech.session import Session
from tests.unit.media.speech.fakes import FakeEars, FakeTimer

pytestmark = pytest.mark.unit

AUDIO = b"\xff" * 160


class Asterisk:
    """The other end of a session."""

    def __init__(self, *, overloaded: bool = False) -> None:
        self.said: list[dict[str, Any]] = []
        self.timers: list[FakeTimer] = []
        self._ears: FakeEars | None = None
        self._overloaded = overloaded
        self._number = 0
        self.session = Session(
            self._open, lambda text: self.said.append(json.loads(text)), self._later
        )

    @property
    def ears(self) -> FakeEars:
        assert self._ears is not None
        return self._ears

    async def ask(self, name: str, **fields: object) -> dict[str, Any]:
        self._number += 1
        number = f"a{self._number}"
        await self.session.text(json.dumps({"request": name, "id": number, **fields}))
        return next(said for said in self.said if said.get("id") == number)

    async def set_up(self, codec: str = "slin") -> dict[str, Any]:
        return await self.ask("setup", version="0.1.0", codecs=[{"name": codec}])

    async def set(self, name: str, value: str) -> dict[str, Any]:
        return await self.ask("set", params={name: value})

    @property
    def results(self) -> list[tuple[str, str, int]]:
        """Grammar, text and score of all results."""
        found = (said["params"]["results"] for said in self.said if "request" in said)
        return [(one["grammar"], one["text"], one["score"]) for (one,) in found]

    def _open(self, on_heard: Callable[[Heard], None]) -> FakeEars:
        if self._overloaded:
            raise Overloaded
        self._ears = FakeEars(on_heard)
        return self._ears

    def _later(self, seconds: float, due: Callable[[], None]) -> FakeTimer:
        self.timers.append(FakeTimer(seconds, due))
        return self.timers[-1]


async def listening(**settings: str) -> Asterisk:
    asterisk = Asterisk()
    await asterisk.set_up()
    await asterisk.set("language", "en")
    for name, value in settings.items():
        await asterisk.set(name, value)
    await asterisk.set("phrases", "Support|opening hours")
    return asterisk


@pytest.mark.parametrize("codec", ["slin", "ulaw", "alaw"])
async def test_the_codec_that_asterisk_names_is_taken(codec: str) -> None:
    answer = await Asterisk().set_up(codec)

    assert answer == {"response": "setup", "id": "a1", "codecs": [{"name": codec}]}


async def test_an_unknown_codec_ends_the_conversation_with_a_reason() -> None:
    asterisk = Asterisk()
    request = {"request": "setup", "id": "1", "codecs": [{"name": "opus"}]}

    goes_on = await asterisk.session.text(json.dumps(request))

    assert not goes_on
    assert "opus" in asterisk.said[0]["error_msg"]


async def test_an_overloaded_server_refuses_the_conversation_at_once() -> None:
    asterisk = Asterisk(overloaded=True)

    answer = await asterisk.set_up()

    assert "busy" in answer["error_msg"]


async def test_phrases_and_more_phrases_are_listened_for_together() -> None:
    asterisk = await listening()

    answer = await asterisk.set("more_phrases", "repeat|Support")

    assert "error_msg" not in answer
    assert asterisk.ears.recognitions[-1] == Recognition(
        "en", ("Support", "opening hours", "repeat"), "slin"
    )


async def test_a_match_is_told_with_the_language_as_its_grammar() -> None:
    asterisk = await listening()

    asterisk.ears.on_heard(Heard(Kind.MATCH, "Support", 87))

    assert asterisk.results == [("en", "Support", 87)]


async def test_free_speech_is_listened_to_for_as_long_as_is_said() -> None:
    asterisk = await listening()

    answer = await asterisk.set("free_speech", "12000")

    assert "error_msg" not in answer
    assert asterisk.ears.recognitions[-1] == Recognition("en", (), "slin", 12_000)
    asterisk.ears.on_heard(Heard(Kind.MATCH, "in the long street", 61))
    assert asterisk.results == [("en", "in the long street", 61)]


@pytest.mark.parametrize("length", ["0", "60001", "-1", "long", ""])
async def test_free_speech_without_a_sensible_length_is_refused(length: str) -> None:
    asterisk = await listening()

    answer = await asterisk.set("free_speech", length)

    assert "free_speech" in answer["error_msg"]
    assert len(asterisk.ears.recognitions) == 1


@pytest.mark.parametrize("answered_before", [True, False])
async def test_an_answer_that_a_key_came_before_is_told_to_who_listens_next(
    answered_before: bool,
) -> None:
    asterisk = await listening(barge_in="yes")
    await asterisk.set("free_speech", "12000")
    asterisk.ears.on_heard(Heard(Kind.BEGAN))
    asterisk.timers[-1].due()
    answer = Heard(Kind.MATCH, "long street", 61)

    if answered_before:  # and dropped: nothing listened any more
        asterisk.ears.on_heard(answer)
    await asterisk.set("go_on", "yes")
    told = len(asterisk.results)
    if not answered_before:
        asterisk.ears.on_heard(answer)
        await asterisk.session.audio(AUDIO)
        assert len(asterisk.results) == told, "Asterisk does not listen yet"
        asterisk.timers[-1].due()
    await asterisk.session.audio(AUDIO)
    await asterisk.session.audio(AUDIO)

    assert asterisk.results[told:] == [("en", "long street", 61)]


async def test_who_goes_on_before_an_answer_gets_none_of_before() -> None:
    asterisk = await listening()
    asterisk.ears.on_heard(Heard(Kind.MATCH, "Support", 87))
    await asterisk.set("free_speech", "12000")

    await asterisk.set("go_on", "yes")
    await asterisk.session.audio(AUDIO)

    assert asterisk.results == [("en", "Support", 87)]


async def test_one_recognition_gives_one_answer() -> None:
    asterisk = await listening()

    asterisk.ears.on_heard(Heard(Kind.NO_MATCH))
    asterisk.ears.on_heard(Heard(Kind.MATCH, "Support", 87))
    await asterisk.session.audio(AUDIO)

    assert asterisk.results == [("en", "", 0)]
    assert not asterisk.ears.audio


async def test_the_start_of_speech_is_told_only_with_barge_in() -> None:
    without, with_it = await listening(), await listening(barge_in="yes")

    for asterisk in (without, with_it):
        asterisk.ears.on_heard(Heard(Kind.BEGAN))
        await asterisk.session.audio(AUDIO)
        for timer in asterisk.timers:
            timer.due()
        asterisk.ears.on_heard(Heard(Kind.MATCH, "Support", 87))

    assert without.results == [("en", "Support", 87)]
    assert with_it.results == [("began", "", 0), ("en", "Support", 87)]
    assert with_it.ears.audio == AUDIO


@pytest.mark.parametrize(
    "heard", [Heard(Kind.MATCH, "Support", 87), Heard(Kind.FAILED, "worker_lost")]
)
async def test_an_answer_right_behind_the_start_waits_until_asterisk_listens_anew(
    heard: Heard,
) -> None:
    asterisk = await listening(barge_in="yes")

    asterisk.ears.on_heard(Heard(Kind.BEGAN))
    asterisk.ears.on_heard(heard)
    await asterisk.session.audio(AUDIO)
    assert asterisk.results == [("began", "", 0)], "of the SPEECH RECOGNIZE that this ends"

    asterisk.timers[-1].due()
    assert asterisk.results == [("began", "", 0)], "there is no sign of the next one yet"

    await asterisk.session.audio(AUDIO)
    await asterisk.session.audio(AUDIO)
    grammar = "en" if heard.kind is Kind.MATCH else "error"
    assert asterisk.results[1:] == [(grammar, heard.text, heard.confidence)]


async def test_what_is_asked_anew_forgets_an_answer_that_waits() -> None:
    asterisk = await listening(barge_in="yes")
    asterisk.ears.on_heard(Heard(Kind.BEGAN))
    asterisk.ears.on_heard(Heard(Kind.MATCH, "Support", 87))

    await asterisk.set("phrases", "repeat")
    await asterisk.session.audio(AUDIO)

    assert asterisk.timers[-1].cancelled
    assert asterisk.results == [("began", "", 0)]


async def test_silence_is_an_answer_when_its_time_is_over() -> None:
    asterisk = await listening(silence_ms="8400")

    asterisk.timers[-1].due()

    assert asterisk.timers[-1].seconds == 8.4
    assert asterisk.results == [("silence", "", 0)]


async def test_speech_that_has_begun_is_no_silence() -> None:
    asterisk = await listening(silence_ms="8400")

    asterisk.ears.on_heard(Heard(Kind.BEGAN))

    assert asterisk.timers[-1].cancelled


async def test_a_new_recognition_forgets_the_old_one() -> None:
    asterisk = await listening(silence_ms="8400")
    first = asterisk.timers[-1]

    await asterisk.set("phrases", "repeat")

    assert first.cancelled
    assert asterisk.ears.recognitions[-1].phrases == ("repeat",)


async def test_a_lost_worker_is_told_as_an_error_with_its_code() -> None:
    asterisk = await listening()

    asterisk.ears.on_heard(Heard(Kind.FAILED, "worker_lost"))

    assert asterisk.results == [("error", "worker_lost", 0)]


@pytest.mark.parametrize(
    ("setting", "value", "code"),
    [
        ("language", "sv", "language_not_installed"),
        ("phrases", 'say "this"', "phrase_unusable"),
        ("phrases", "|".join(f"phrase {number}" for number in range(501)), "phrase_unusable"),
        ("phrases", " | ", "phrase_unusable"),
        ("more_phrases", "x" * 101, "phrase_unusable"),
    ],
)
async def test_a_refused_setting_is_told_again_when_its_audio_comes(
    setting: str, value: str, code: str
) -> None:
    asterisk = await listening()

    answer = await asterisk.set(setting, value)
    await asterisk.session.audio(AUDIO)
    await asterisk.session.audio(AUDIO)

    assert answer["error_msg"]
    assert asterisk.results == [("error", code, 0)]


async def test_phrases_of_a_refused_language_are_refused_for_its_sake() -> None:
    asterisk = await listening()
    await asterisk.set("language", "sv")

    answer = await asterisk.set("phrases", "ja")

    assert "'sv'" in answer["error_msg"]


async def test_an_overload_between_two_attempts_is_told_and_passes() -> None:
    asterisk = await listening()
    asterisk.ears.refuses = Overloaded()
    await asterisk.set("phrases", "repeat")
    await asterisk.session.audio(AUDIO)

    asterisk.ears.refuses = None
    await asterisk.set("phrases", "repeat")
    await asterisk.session.audio(AUDIO)

    assert asterisk.results == [("error", "overloaded", 0)]
    assert asterisk.ears.audio == AUDIO


@pytest.mark.parametrize(
    ("setting", "value"), [("colour", "red"), ("barge_in", "perhaps"), ("silence_ms", "soon")]
)
async def test_an_unknown_setting_is_refused_and_the_menu_goes_on(setting: str, value: str) -> None:
    asterisk = await listening()

    answer = await asterisk.set(setting, value)
    await asterisk.session.audio(AUDIO)

    assert setting in answer["error_msg"]
    assert asterisk.ears.audio == AUDIO


async def test_the_last_result_can_be_asked_for() -> None:
    asterisk = await listening()
    asterisk.ears.on_heard(Heard(Kind.MATCH, "Support", 87))

    answer = await asterisk.ask("get", params=["results"])

    assert answer["params"]["results"][0]["text"] == "Support"


async def test_the_end_of_the_connection_ends_the_listening() -> None:
    asterisk = await listening(silence_ms="100")

    asterisk.session.close()

    assert asterisk.ears.left
    assert asterisk.timers[-1].cancelled


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "null",
            "[]",
            "{",
            '{"id": "1"}',
            '{"request": "setup"}',
            '{"request": 1, "id": "1"}',
        ),
        '{"request": "setup", "id": 7}',
        "[" * 100_000,
    ],
)
async def test_what_is_no_message_breaks_the_conversation_off(text: str) -> None:
    with pytest.raises(ProtocolFault):
        await Asterisk().session.text(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    )
)
async def test_every_request_is_answered_whatever_is_in_it(inner: object) -> None:
    asterisk = Asterisk()
    for name in ("setup", "set", "get", "sing"):
        message = {"request": name, "id": "1", "codecs": inner, "params": inner}
        await asterisk.session.text(json.dumps(message))
        assert asterisk.said.pop()["id"] == "1"
