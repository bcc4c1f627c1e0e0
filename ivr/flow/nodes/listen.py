"""``listen``: let the caller answer a question by voice or by key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import StringConstraints, model_validator

from ivr.flow.asking import Confidence, Retries, Retry, Wait, press_or_say
from ivr.flow.faults import Located, Strict, fault, faults
from ivr.flow.phrases import Phrases, said_twice
from ivr.flow.texts import Text
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import Key, NotEmpty, Table, Target, Variable

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation

Meaning = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class Spoken(Strict):
    """One answer.

    Attributes:
        key: The key that gives it.
        phrases: What may be said instead, by language.
    """

    key: Key
    phrases: Phrases | None = None


class Listen(Node):
    """Ask, and give a variable the answer that the caller says or presses the key of.

    Attributes:
        listen: The question; it tells the keys, since not every voice is understood.
        into: The variable.
        answers: The values that it may be given, each with its key and its phrases.
        wait: Seconds to wait for a key or the first word after the question.
        confidence: 0..100, how sure it must be that a phrase was said.
        on_invalid: What to do with a key or with words that are no answer.
        on_silence: What to do when neither a key nor a word comes.
        then: Where to go on.
    """

    verb: ClassVar[str] = "listen"
    example: ClassVar[str] = """
waste:
  listen:
    sv: Gäller det matavfall, tryck 1, eller glas, tryck 2? Du kan också säga det.
    en: For food waste, press 1, for glass, press 2. Or just say it.
  into: waste
  answers:
    food: {key: 1, phrases: {sv: [matavfall, mat], en: [food waste, food]}}
    glass: {key: 2, phrases: {sv: [glas], en: [glass]}}
  on_invalid: {then: operator}
  on_silence: {then: operator}
  then: collection
"""

    listen: Text
    into: Variable
    answers: Annotated[Table[Meaning, Spoken], NotEmpty]
    wait: Wait = 5
    confidence: Confidence = 50
    on_invalid: Retry
    on_silence: Retry
    then: Target

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        by_key: dict[str, str] = {}
        twice: list[Located] = []
        for value, answer in self.answers.items():
            if answer.key in by_key:
                message = f"the key {answer.key} is given twice"
                advice = f"“{by_key[answer.key]}” has it already; choose another"
                error = fault("key_twice", message, advice=advice)
                twice.append((("answers", value, "key"), error))
            by_key.setdefault(answer.key, value)
        phrases = {value: answer.phrases for value, answer in self.answers.items()}
        faults("Listen", [*twice, *said_twice("answers", phrases, "the answer")])
        return self

    async def run(self, talk: Conversation) -> Exit:
        """Ask until an answer comes, or one of the two repeats is used up."""
        retries = Retries(self.on_invalid, self.on_silence)
        values = {answer.key: value for value, answer in self.answers.items()}
        phrases = {answer.key: answer.phrases for answer in self.answers.values()}
        while True:
            heard = await press_or_say(
                talk, self.listen, phrases, wait=self.wait, confidence=self.confidence
            )
            if heard.key in values:
                talk.values[self.into] = values[heard.key]
                return Exit(self.then, "answered")
            if (leaving := await retries.after(talk, heard)) is not None:
                return leaving
