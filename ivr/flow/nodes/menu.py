"""``menu``: let the caller choose the way by key or by voice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import Field, model_validator

from ivr.flow.asking import Retry, Wait, press
from ivr.flow.call import Heard, Hearing
from ivr.flow.faults import Located, Strict, fault, faults
from ivr.flow.phrases import Phrases, normalised
from ivr.flow.texts import Text
from ivr.flow.tree import CHOICE, Exit, Node
from ivr.flow.vocabulary import Key, NotEmpty, Table, Target

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation
    from ivr.flow.organisation import StandardTexts


class Choice(Strict):
    """One way out of a menu.

    Attributes:
        goto: Where it leads.
        phrases: What a caller may say instead of pressing the key, by language.
    """

    goto: Target
    phrases: Phrases | None = None


class Menu(Node):
    """Say what can be chosen and listen for one key, or for words; both may interrupt.

    Attributes:
        menu: What can be chosen.
        choices: Where each key leads; a menu is repeated by a choice that leads to itself.
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
    wait: Wait = 5
    confidence: Annotated[int, Field(ge=0, le=100)] = 50
    on_invalid: Retry
    on_silence: Retry

    @model_validator(mode="after")
    def _each_phrase_once(self) -> Self:
        first: dict[tuple[str, str], str] = {}
        twice: list[Located] = []
        for key, choice in self.choices.items():
            for language, phrases in (choice.phrases or {}).items():
                for index, phrase in enumerate(phrases):
                    same = (language, normalised(phrase))
                    if same in first:
                        message = f"“{phrase}” is given twice"
                        advice = f"the key {first[same]} has it already; keep one of them"
                        path = ("choices", key, "phrases", language, index)
                        twice.append((path, fault("phrase_twice", message, advice=advice)))
                    first.setdefault(same, key)
        faults("Menu", twice)
        return self

    async def run(self, talk: Conversation) -> Exit:
        """Ask until a choice is made, or one of the two repeats is used up."""
        left = {"invalid": self.on_invalid.repeat, "silence": self.on_silence.repeat}
        while True:
            heard = await self._ask(talk)
            if heard.key in self.choices:
                return Exit(self.choices[heard.key].goto, CHOICE)
            reason, retry, say = self._of_no_use(heard, talk.organisation.texts)
            if left[reason] == 0:
                return Exit(retry.then, reason)
            left[reason] -= 1
            await talk.say(say)

    async def _ask(self, talk: Conversation) -> Heard:
        """The caller's answer, in which a phrase has become the key that it stands for."""
        keys = {
            phrase: key
            for key, choice in self.choices.items()
            for phrase in (choice.phrases or {}).get(talk.language, ())
        }
        if not keys:
            return Heard(key=await press(talk, [(self.menu, talk.language)], self.wait))
        heard = await talk.listen(
            self.menu, tuple(keys), wait=self.wait, confidence=self.confidence
        )
        return replace(heard, key=keys[heard.phrase]) if heard.phrase else heard

    def _of_no_use(self, heard: Heard, texts: StandardTexts) -> tuple[str, Retry, Text]:
        """Why an answer is no choice, what to do about it, and what to say first."""
        if heard.key:
            return "invalid", self.on_invalid, self.on_invalid.say or texts.invalid_key
        if heard.hearing is Hearing.NO_MATCH:
            return "invalid", self.on_invalid, texts.unclear
        return "silence", self.on_silence, self.on_silence.say or texts.no_key
