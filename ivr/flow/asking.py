"""Asking the caller for a key, for keys or for words: what the nodes share that do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, model_validator

from ivr.flow.call import Heard, Hearing, Utterance
from ivr.flow.faults import Strict, fault
from ivr.flow.lengths import Length
from ivr.flow.phrases import Phrases
from ivr.flow.standard_texts import CollectTexts
from ivr.flow.texts import Text
from ivr.flow.tree import Exit
from ivr.flow.vocabulary import DIGITS, KEYS, Target

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation

Wait = Annotated[float, Length(1, 30)]
Repeat = Annotated[int, Field(ge=0, le=9)]
Confidence = Annotated[int, Field(ge=0, le=100)]

_RIGHT, _AGAIN = "1", "2"
_READINGS = 3


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


class DigitCount(Strict):
    """How many digits an answer has; a number alone is short for exactly so many."""

    least: Annotated[int, Field(ge=1, le=30)] = 1
    most: Annotated[int, Field(ge=1, le=30)]

    @model_validator(mode="before")
    @classmethod
    def _exactly(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if not (value.isascii() and value.isdigit() and 1 <= int(value[:4]) <= 30):
            raise fault(
                "no_digit_count",
                f"“{value}” is not a number of digits",
                advice="write 6, or {least: 4, most: 8}; allowed is 1 to 30",
            )
        return {"least": value, "most": value}

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.least > self.most:
            message = f"at least {self.least} digits are more than at most {self.most}"
            raise fault("digits_backwards", message, advice="change “least” and “most” over")
        return self


async def press(talk: Conversation, prompts: Iterable[tuple[Text, str]], wait: float) -> str:
    """Speak the prompts, each in its language, and listen for one key, which may interrupt.

    Returns:
        The key, ``""`` when none came within ``wait`` seconds after the last prompt.
    """
    for text, language in prompts:
        if key := await talk.say(text, language=language, interrupt=KEYS):
            return key
    return await talk.call.collect(count=1, wait=wait, stop="")


async def press_several(
    talk: Conversation, text: Text, *, count: int, wait: float, stop: str
) -> str:
    """Speak ``text``, which any key interrupts, and listen for up to ``count`` keys.

    Returns:
        The keys without ``stop``, which ends them; ``""`` when none came.
    """
    first = await talk.say(text, interrupt=KEYS)
    if first == stop:
        return ""
    keys = await talk.call.collect(first=first, count=count, wait=wait, stop=stop)
    if len(keys) == count:
        talk.overlook = stop
    return keys


async def read_back(talk: Conversation, texts: CollectTexts, digits: str, wait: float) -> bool:
    """Say the digits one by one and ask whether they are right; who answers neither hears it again.

    A key may interrupt; ``#`` and ``*`` do not, since many press one behind the last digit.
    """
    for _ in range(_READINGS):
        key = await _reading(talk, texts, digits, wait)
        if key in (_RIGHT, _AGAIN):
            return key == _RIGHT
    return False


async def _reading(talk: Conversation, texts: CollectTexts, digits: str, wait: float) -> str:
    if key := await talk.say(texts.entered, interrupt=DIGITS):
        return key
    for digit in digits:
        said = Utterance(digit, talk.language)
        if key := await talk.call.say(said, interrupt=DIGITS):
            return key
    if key := await talk.say(texts.right, interrupt=DIGITS):
        return key
    key = await talk.call.collect(count=1, wait=wait, stop="")
    return key if not key or key in DIGITS else await talk.call.collect(count=1, wait=wait)


async def press_or_say(
    talk: Conversation,
    text: Text,
    phrases: Mapping[str, Phrases | None],
    *,
    wait: float,
    confidence: int,
) -> Heard:
    """Speak ``text`` and listen for one key, or for words where there are phrases to listen for.

    Args:
        talk: The conversation.
        text: The question.
        phrases: What may be said instead of each key.
        wait: Seconds to wait for a key or the first word after the text.
        confidence: 0..100, how sure it must be that a phrase was said.

    Returns:
        What came; a phrase has become the key that it stands for.
    """
    keys = {
        phrase: key
        for key, by_language in phrases.items()
        for phrase in (by_language or {}).get(talk.language, ())
    }
    if not keys:
        return Heard(key=await press(talk, [(text, talk.language)], wait))
    heard = await talk.listen(text, tuple(keys), wait=wait, confidence=confidence)
    return replace(heard, key=keys[heard.phrase]) if heard.phrase else heard


class Retries:
    """How often one node may still ask again, counted apart for each reason.

    Args:
        on_invalid: For answers that are none.
        on_silence: For none at all.
    """

    def __init__(self, on_invalid: Retry, on_silence: Retry) -> None:
        self._by_reason = {"invalid": on_invalid, "silence": on_silence}
        self._left = {reason: retry.repeat for reason, retry in self._by_reason.items()}

    async def after(self, talk: Conversation, heard: Heard) -> Exit | None:
        """As :meth:`again`, for an answer by key or voice, with the organisation's own texts."""
        texts = talk.organisation.texts
        if heard.key:
            return await self.again(talk, "invalid", texts.invalid_key)
        if heard.hearing is Hearing.NO_MATCH:
            return await self.again(talk, "invalid", texts.unclear, always=True)
        return await self.again(talk, "silence", texts.no_key)

    async def again(
        self, talk: Conversation, reason: str, standard: Text, *, always: bool = False
    ) -> Exit | None:
        """Say what was wrong, so that the node can ask again.

        Args:
            talk: The conversation.
            reason: ``"invalid"`` or ``"silence"``.
            standard: Said where the node has no own text for the reason.
            always: Say it even where the node has.

        Returns:
            The way on when the node may ask no more; then nothing is said.
        """
        if (leaving := self.use(reason)) is not None:
            return leaving
        own = self._by_reason[reason].say
        await talk.say(standard if always or own is None else own)
        return None

    def use(self, reason: str) -> Exit | None:
        """Count one more answer of no use, without a word; the way on when it was the last."""
        if self._left[reason] == 0:
            return Exit(self._by_reason[reason].then, reason)
        self._left[reason] -= 1
        return None
