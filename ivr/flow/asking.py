"""Asking the caller for a key: what the nodes share that do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ivr.flow.faults import Strict
from ivr.flow.texts import Text
from ivr.flow.vocabulary import KEYS, Length, Target

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation

Wait = Annotated[float, Length(1, 30)]
Repeat = Annotated[int, Field(ge=0, le=9)]


class Retry(Strict):
    """What to do when the caller's answer is of no use.

    Attributes:
        say: Said before asking again; the organisation's standard text when left out.
        repeat: How often to ask again for this reason.
        then: Where to go after the last time.
    """

    say: Text | None = None
    repeat: Repeat = 2
    then: Target


async def press(talk: Conversation, prompts: Iterable[tuple[Text, str]], wait: float) -> str:
    """Speak the prompts, each in its language, and listen for one key, which may interrupt.

    Returns:
        The key, ``""`` when none came within ``wait`` seconds after the last prompt.
    """
    for text, language in prompts:
        if key := await talk.say(text, language=language, interrupt=KEYS):
            return key
    return await talk.call.collect(count=1, wait=wait, stop="")
