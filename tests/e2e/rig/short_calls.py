"""The shortest whole call: one sentence, one key, a queue, a few words with an agent.

For many calls in little time. The organisation is the demo's with a tree of its own and agents
without wrap-up time; the people here know when to press, talk and hang up.
"""

from __future__ import annotations

import asyncio
import shutil
from contextlib import suppress
from pathlib import Path

from redis.asyncio import Redis
from ruamel.yaml import YAML

from acd.agents import Agents
from acd.clock import system_clock
from acd.model.agent import Agent
from ivr.flow.standard_texts import QueueTexts
from ivr.settings import CHECKOUT
from ivr.softphone import Line, LineClosed, Phone, SoftphoneError
from media.tones import tone
from tests.e2e.rig.listening import is_silent
from tests.e2e.rig.platform import ORG

NUMBER = "100"
QUEUE = "support"
PHONES = ("agent1", "agent2", "agent3")

TALK_SECONDS = 0.02
"""An agent hangs up so long after the caller's first sound."""

CALL_SECONDS = 60
"""A call that takes longer, its wait in the queue included, has failed."""

_PIECE_BYTES = 640
_CALLER_SPEAKS = tone(440, 1)
_AGENT_SPEAKS = tone(1000, 2)

_TREE = {
    "numbers": [NUMBER],
    "start": "menu",
    "nodes": {
        "menu": {
            "menu": {"sv": "Tryck 1.", "da": "Tryk 1.", "en": "Press 1."},
            "choices": {1: {"goto": "queue"}},
            "on_invalid": {"repeat": 1, "then": "end"},
            "on_silence": {"repeat": 1, "then": "end"},
        },
        "queue": {"queue": QUEUE, "then": "end", "on_nobody": "end"},
        "end": {"hang_up": ""},
    },
}


def short_trees(folder: Path) -> Path:
    """Write the organisation to ``folder``, which is made."""
    home = folder / ORG
    home.mkdir(parents=True)
    trees = CHECKOUT / "dialplans"
    shutil.copy(trees / "base.yaml", folder)
    shutil.copy(trees / "demo" / "organisation.yaml", home)
    yaml = YAML()
    organisation = yaml.load(home / "organisation.yaml")
    organisation["queues"] = {QUEUE: {"ring": "5 s", "wrapup": "0 s", "announce_every": "30 s"}}
    # whoever waits hears one word: an agent would wait for the end of a sentence
    texts = {
        key: {"sv": "Strax.", "da": "Snart.", "en": "Soon."} for key in QueueTexts.model_fields
    }
    organisation["texts"] = {"queue": texts}
    for agent in organisation["agents"].values():
        agent["queues"] = [QUEUE]
    yaml.dump(organisation, home / "organisation.yaml")
    yaml.dump(_TREE, home / "short.yaml")
    return folder


async def log_everybody_in(redis: Redis) -> None:
    """Seat an agent at each of the agents' phones."""
    agents = Agents(redis, ORG, system_clock)
    for number, phone in enumerate(PHONES, start=4001):
        await agents.login(Agent(str(number), phone, (QUEUE,)), phone)


async def call_through(phone: Phone) -> Line:
    """Be a caller: hear the sentence begin, press the key, talk until the agent hangs up.

    Returns:
        The line, closed.

    Raises:
        CallNotAnswered, LineClosed: The call was not served.
        TimeoutError: It took too long.
    """
    line = await phone.call(NUMBER)
    async with asyncio.timeout(CALL_SECONDS):
        await _hear_something(line)
        await line.press("1")
        while not line.is_closed:
            await line.play(_CALLER_SPEAKS)
    return line


async def attend(phone: Phone, talk_seconds: float = TALK_SECONDS) -> None:
    """Be an agent: answer whatever rings, talk for a moment once the caller is heard, hang up."""
    while True:
        line = await phone.ring(CALL_SECONDS)
        with suppress(SoftphoneError):  # the caller was faster
            await line.answer()
            line.start_playing(_AGENT_SPEAKS)
            await _hear_something(line)
            await asyncio.sleep(talk_seconds)
            await line.hang_up()


async def _hear_something(line: Line) -> None:
    while is_silent(line.heard[-_PIECE_BYTES:]):
        if line.is_closed:
            raise LineClosed("The line closed before a sound came.")
        await line.wait_news()
