"""``menu``: let the caller choose the way by key or by voice, or dial an extension."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import Field, model_validator

from ivr.flow.asking import Confidence, Retries, Retry, Wait, press_or_say
from ivr.flow.faults import Strict, faults
from ivr.flow.lengths import Length
from ivr.flow.phrases import Phrases, said_twice
from ivr.flow.texts import Text
from ivr.flow.tree import CHOICE, Exit, Node
from ivr.flow.vocabulary import DIGITS, Key, NotEmpty, Table, Target, Variable

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation


class Choice(Strict):
    """One way out of a menu.

    Attributes:
        goto: Where it leads.
        phrases: What a caller may say instead of pressing the key, by language.
    """

    goto: Target
    phrases: Phrases | None = None


class Extensions(Strict):
    """Numbers that callers may dial at a menu instead of choosing.

    Attributes:
        length: Digits of each of them.
        into: The variable that is given the number.
        pause: Seconds to wait for the next digit; so long a digit that is a choice too takes to
            count as one.
        then: Where a dialled number leads.
    """

    length: Annotated[int, Field(ge=2, le=8)]
    into: Variable
    pause: Annotated[float, Length(0.5, 5)] = 1.5
    then: Target


class Menu(Node):
    """Say what can be chosen and listen for one key, or for words; both may interrupt.

    Attributes:
        menu: What can be chosen.
        choices: Where each key leads; a menu is repeated by a choice that leads to itself.
        extensions: Direct dial beside the choices.
        wait: Seconds to wait for a key or the first word after the text.
        confidence: 0..100, how sure it must be that a phrase was said.
        on_invalid: What to do with a key that is no choice, and with words that are none (for
            those the organisation's standard text is said).
        on_silence: What to do when neither a key nor a word comes.
    """

    verb: ClassVar[str] = "menu"
    example: ClassVar[str] = """
main:
  menu:
    sv: För avgifter, tryck 1. För att tala med oss, tryck 0.
    en: For fees, press 1. To speak to us, press 0.
  choices:
    1: {goto: fees, phrases: {sv: [avgift, faktura], en: [fee, invoice]}}
    0: {goto: operator}
  on_invalid: {repeat: 2, then: operator}
  on_silence: {repeat: 2, then: operator}
"""

    menu: Text
    choices: Annotated[Table[Key, Choice], NotEmpty]
    extensions: Extensions | None = None
    wait: Wait = 5
    confidence: Confidence = 50
    on_invalid: Retry
    on_silence: Retry

    @model_validator(mode="after")
    def _each_phrase_once(self) -> Self:
        faults("Menu", said_twice("choices", self._phrases(), "the key"))
        return self

    async def run(self, talk: Conversation) -> Exit:
        """Ask until a choice is made, or one of the two repeats is used up."""
        retries = Retries(self.on_invalid, self.on_silence)
        while True:
            heard = await press_or_say(
                talk, self.menu, self._phrases(), wait=self.wait, confidence=self.confidence
            )
            keys = heard.key
            if self.extensions is not None and keys and keys in DIGITS and not heard.phrase:
                keys = await talk.call.collect(
                    first=keys, count=self.extensions.length, wait=self.extensions.pause
                )
                if len(keys) == self.extensions.length:
                    talk.values[self.extensions.into] = keys
                    return Exit(self.extensions.then, "extension")
            if keys in self.choices:
                return Exit(self.choices[keys].goto, CHOICE)
            if (leaving := await retries.after(talk, heard)) is not None:
                return leaving

    def _phrases(self) -> dict[str, Phrases | None]:
        return {key: choice.phrases for key, choice in self.choices.items()}
