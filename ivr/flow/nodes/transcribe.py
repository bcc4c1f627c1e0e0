"""``transcribe``: let the caller say something freely, and keep the words in a variable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Final

from ivr.flow.asking import Confidence, Retries, Retry, Wait
from ivr.flow.call import Hearing
from ivr.flow.lengths import Length
from ivr.flow.sensitive import Sensitive
from ivr.flow.texts import Text
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import Target, Variable

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation

SKIP: Final = "#"


class Transcribe(Node):
    """Ask, and give a variable what the caller says, word by word.

    It is written in small letters and without punctuation, as well as the language's model hears:
    a large Vosk model writes down most of what is said, the English one of pocketsphinx, with
    which an installation begins, little. Where the answers are known, ``listen`` is surer of them.

    Attributes:
        transcribe: The question; it tells that ``#`` goes on without an answer.
        into: The variable.
        sensitive: Whether the value is hidden: it is never spoken, logged, or told to anybody.
        wait: Seconds to wait for a key or the first word after the question.
        max_length: The longest that the caller may speak; a pause ends it before.
        confidence: 0..100, how sure of the words it must be on average.
        on_skip: Where ``#`` leads, pressed before a word is said; the words come in spite of a key
            that is pressed later.
        on_invalid: What to do with another key and with words that are not clear.
        on_silence: What to do when neither a key nor a word comes.
        on_failure: Where to go when nobody can write the caller's language down; nothing is asked.
        then: Where to go on.
    """

    verb: ClassVar[str] = "transcribe"
    example: ClassVar[str] = """
street:
  transcribe:
    sv: På vilken gata är lampan trasig? Säg gatans namn, eller tryck fyrkant.
    en: In which street is the lamp broken? Say its name, or press hash.
  into: street
  max_length: 10 s
  on_skip: operator
  on_invalid: {repeat: 1, then: operator}
  on_silence: {repeat: 1, then: operator}
  on_failure: operator
  then: operator
"""
    instant: ClassVar[frozenset[str]] = frozenset({"on_failure"})

    transcribe: Text
    into: Variable
    sensitive: bool = False
    wait: Wait = 5
    max_length: Annotated[float, Length(1, 60)] = 15
    confidence: Confidence = 40
    on_skip: Target
    on_invalid: Retry
    on_silence: Retry
    on_failure: Target
    then: Target

    async def run(self, talk: Conversation) -> Exit:
        """Ask until words come, or one of the two repeats is used up."""
        retries = Retries(self.on_invalid, self.on_silence)
        while True:
            heard = await talk.listen(
                self.transcribe,
                (),
                wait=self.wait,
                confidence=self.confidence,
                longest=self.max_length,
            )
            if heard.key == SKIP:
                return Exit(self.on_skip, "skipped")
            if heard.hearing is Hearing.AWAY:
                return Exit(self.on_failure, "failed")
            if heard.hearing is Hearing.MATCH:
                talk.values[self.into] = Sensitive(heard.words) if self.sensitive else heard.words
                return Exit(self.then, "transcribed")
            if (leaving := await retries.after(talk, heard)) is not None:
                return leaving
