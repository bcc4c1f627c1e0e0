"""Every word of the fixed set of audio said to a menu by telephone, four callers at a time.

The menu listens for the demo's five phrases. A file that says one of them must lead to its choice;
each of the others must lead nowhere. How long a caller waits is counted from the end of the last
word to the event that tells what was heard.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from ruamel.yaml import YAML

from ivr.softphone import RATE_HZ, Phone, Softphones
from media.wav import read_wav
from store.events import EventType
from tests.e2e.rig.journal import Journal
from tests.e2e.rig.listening import is_silent
from tests.e2e.rig.platform import ORG, Platform
from tests.e2e.rig.short_calls import short_trees
from tests.load.ratios import CannotMeasure, Ratio

AUDIO = Path(__file__).resolve().parents[2] / "audio" / "speech" / "en"
AT_ONCE = 4
ANSWER_SECONDS = 10
NUMBER = "102"

PHRASES = ("customer service", "support", "opening hours", "operator", "repeat")
_NODES = {phrase.replace(" ", "_"): phrase for phrase in PHRASES}
_TREE = {
    "numbers": [NUMBER],
    "start": "menu",
    "nodes": {
        "menu": {
            "menu": {language: "Please say what you want." for language in ("en", "sv", "da")},
            "choices": {
                key: {"goto": node, "phrases": {"en": [phrase]}}
                for key, (node, phrase) in enumerate(_NODES.items(), 1)
            },
            "on_invalid": {"repeat": 0, "then": "nowhere"},
            "on_silence": {"repeat": 0, "then": "nowhere"},
        },
        "nowhere": {"hang_up": ""},
        **{node: {"hang_up": ""} for node in _NODES},
    },
}


@dataclass(frozen=True, slots=True)
class Said:
    """What came of one file.

    Attributes:
        words: What it says.
        led_to: The node that the caller came to.
        waited_ms: From the end of the last word until it was known.
    """

    words: str
    led_to: str
    waited_ms: float

    @property
    def is_phrase(self) -> bool:
        """Whether it is one of the phrases."""
        return self.words in PHRASES

    @property
    def right(self) -> bool:
        """Whether it led where it shall, or nowhere if it is none of the phrases."""
        return self.led_to == (self.words.replace(" ", "_") if self.is_phrase else "nowhere")


def measure(rounds: int) -> list[Ratio]:
    """Say everything once; the same audio gives the same answers in every round.

    Raises:
        CannotMeasure: The platform did not start, or a caller got no answer.
    """
    said = asyncio.run(_all())
    phrases = [one for one in said if one.is_phrase]
    others = [one for one in said if not one.is_phrase]
    wrong = ", ".join(f"{one.words} → {one.led_to}" for one in said if not one.right)
    print(f"  wrong: {wrong or 'none'}", file=sys.stderr)
    waited = sorted(one.waited_ms for one in phrases)
    return [
        Ratio(
            "phrases understood by telephone, share",
            _share(phrases),
            0.9,
            f"{sum(one.right for one in phrases)} of {len(phrases)}",
        ),
        Ratio(
            "other words that choose nothing by telephone, share",
            _share(others),
            0.9,
            f"{sum(one.right for one in others)} of {len(others)}; wrong: {wrong or 'none'}",
        ),
        Ratio(
            "end of the last word to the branch, ms",
            median(waited),
            1000,
            f"{waited[0]:.0f} to {waited[-1]:.0f} ms",
            at_most=True,
        ),
    ]


def _share(said: Sequence[Said]) -> float:
    return sum(one.right for one in said) / len(said)


async def _all() -> list[Said]:
    waiting = sorted(AUDIO.glob("*.wav"), reverse=True)
    platform = Platform(_trees)
    try:
        await platform.start()
        async with Softphones() as phones:
            callers = [
                (number, await _phone(phones, platform, number))
                for number in (f"+4670123456{index}" for index in range(AT_ONCE))
            ]
            said: list[Said] = []

            async def speak(number: str, phone: Phone) -> None:
                while waiting:
                    said.append(await _say(platform, number, phone, waiting.pop()))

            await asyncio.gather(*(speak(number, phone) for number, phone in callers))
            return said
    except AssertionError as failure:
        raise CannotMeasure(str(failure)) from failure
    finally:
        await platform.stop()
        platform.remove()


async def _say(platform: Platform, number: str, phone: Phone, file: Path) -> Said:
    words = read_wav(file)
    journal = await Journal.from_now(platform.redis)
    line = await phone.call(NUMBER)
    while is_silent(line.heard[-640:]):
        await line.wait_news()
    begin = time.time()
    line.start_playing(words)
    started = await journal.wait(EventType.CONTACT_STARTED, caller=number)
    heard = await journal.wait(
        EventType.SPEECH_HEARD, contact=started.contact, seconds=ANSWER_SECONDS
    )
    await line.wait_closed()
    await journal.wait(EventType.CONTACT_ENDED, contact=started.contact)
    (*_, last) = journal.all(EventType.NODE_VISITED, contact=started.contact)
    waited = heard.at - 1000 * (begin + _spoken_seconds(words))
    return Said(file.stem.replace("-", " "), last.fields["node"], waited)


def _spoken_seconds(pcm: bytes) -> float:
    """Where the last word ends."""
    loud = np.flatnonzero(np.abs(np.frombuffer(pcm, "<i2")) > 300)
    return float(loud[-1]) / RATE_HZ


async def _phone(phones: Softphones, platform: Platform, number: str) -> Phone:
    password = platform.secrets.phones["caller"]
    return await phones.phone("caller", password, platform.server, register=False, number=number)


def _trees(folder: Path) -> Path:
    short_trees(folder)
    yaml = YAML()
    file = folder / ORG / "organisation.yaml"
    organisation = yaml.load(file)
    organisation["languages"] = ["en", "sv", "da"]
    yaml.dump(organisation, file)
    yaml.dump(_TREE, folder / ORG / "speech.yaml")
    return folder
