"""Keys that are pressed at any moment, and sentences that are cut short."""

from __future__ import annotations

import asyncio
import time
from typing import cast

import pytest

from ivr.calls.agi_call import AgiVoice, KeyTold
from ivr.calls.attention import Attention, AttentiveVoice
from ivr.flow.call import Utterance
from tests.unit.ivr.fake_ami import FakeAmi
from wire.ami.errors import AmiNotConnected

pytestmark = pytest.mark.unit

HELLO = Utterance("Hej.", "sv")


class FakeVoice:
    """Plays nothing; a key may interrupt it."""

    def __init__(self, key: str = "") -> None:
        self.key = key
        self.played: list[tuple[str, str]] = []

    async def play(self, utterance: Utterance, *, interrupt: str = "") -> str:
        self.played.append((utterance.text, interrupt))
        return self.key


def attentive(voice: FakeVoice, keys: str = "") -> tuple[AttentiveVoice, asyncio.Queue[str]]:
    queue: asyncio.Queue[str] = asyncio.Queue()
    for key in keys:
        queue.put_nowait(key)
    return AttentiveVoice(cast(AgiVoice, voice), queue), queue


async def test_only_the_callers_own_keys_are_heard_and_only_while_somebody_listens() -> None:
    ami = FakeAmi()
    attention = Attention(ami.as_client())
    ami.tell("DTMFEnd", Uniqueid="1.1", Digit="9", Direction="Received")
    with attention.listen("1.1") as keys:
        ami.tell("DTMFEnd", Uniqueid="1.1", Digit="1", Direction="Received")
        ami.tell("DTMFEnd", Uniqueid="1.1", Digit="2", Direction="Sent")
        ami.tell("DTMFEnd", Uniqueid="1.2", Digit="3", Direction="Received")
        ami.tell("DTMFEnd", Uniqueid="1.1", Digit="#", Direction="Received")
    ami.tell("DTMFEnd", Uniqueid="1.1", Digit="9", Direction="Received")
    assert [keys.get_nowait() for _ in range(keys.qsize())] == ["1", "#"]


@pytest.mark.parametrize(
    ("seconds_ago", "pressed", "heard"),
    [(0, "1", ""), (0, "11", "1"), (0, "2", "2"), (60, "1", "1")],
    ids=["told of late", "pressed once more", "another", "long ago"],
)
async def test_the_key_that_answered_the_question_before_answers_nothing_more(
    seconds_ago: int, pressed: str, heard: str
) -> None:
    ami = FakeAmi()
    attention = Attention(ami.as_client())
    with attention.listen("1.1", KeyTold("1", time.monotonic() - seconds_ago)) as keys:
        for key in pressed:
            ami.tell("DTMFEnd", Uniqueid="1.1", Digit=key, Direction="Received")
    assert "".join(keys.get_nowait() for _ in range(keys.qsize())) == heard


async def test_what_is_played_is_stopped_and_an_asterisk_that_is_away_harms_nothing() -> None:
    ami = FakeAmi()
    attention = Attention(ami.as_client())
    await attention.hush("PJSIP/caller-1")
    ami.fault = AmiNotConnected("away")
    await attention.hush("PJSIP/caller-1")
    asked = ("ControlPlayback", {"Channel": "PJSIP/caller-1", "Control": "stop"})
    assert ami.asked == [asked, asked]
    assert ami.limits == [1, 1], "no agent waits for an Asterisk that is slow"


async def test_the_key_that_interrupts_is_not_heard_twice() -> None:
    voice, keys = attentive(FakeVoice("1"), "")
    asyncio.get_running_loop().call_soon(keys.put_nowait, "1")
    assert await voice.say(HELLO, interrupt="1") == "1"
    assert keys.empty()


async def test_keys_that_mean_nothing_are_forgotten_with_the_one_that_interrupts() -> None:
    voice, keys = attentive(FakeVoice("1"))
    for key in "51":
        asyncio.get_running_loop().call_soon(keys.put_nowait, key)
    assert await voice.say(HELLO, interrupt="1") == "1"
    assert keys.empty(), "else the caller would have said yes to the next question"


async def test_a_key_counts_also_while_ami_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.calls.attention._ECHO_S", 0.001)
    voice, _ = attentive(FakeVoice("1"))
    assert await voice.say(HELLO, interrupt="1") == "1"


async def test_a_key_pressed_before_the_question_answers_it_and_any_other_is_passed_over() -> None:
    spoken = FakeVoice()
    voice, keys = attentive(spoken, "72")
    assert await voice.say(HELLO, interrupt="12") == "2"
    assert not spoken.played
    assert keys.empty()


async def test_what_may_not_be_interrupted_is_said_and_keeps_the_keys_for_later() -> None:
    spoken = FakeVoice()
    voice, _ = attentive(spoken, "12#3")
    assert await voice.say(HELLO) == ""
    assert spoken.played == [("Hej.", "")]
    assert await voice.collect(count=9, wait=1) == "12"
    assert await voice.collect(count=1, wait=1, stop="") == "3"
    assert await voice.collect(count=1, wait=0.001) == ""


async def test_a_cancelled_talk_loses_no_key() -> None:
    voice, keys = attentive(FakeVoice())
    listening = asyncio.create_task(voice.collect(count=1, wait=60))
    await asyncio.sleep(0)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    keys.put_nowait("5")
    assert await voice.key(1) == "5"
