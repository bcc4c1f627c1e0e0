"""``language``: let the caller choose a language by key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar

from ivr.flow.asking import Repeat, Wait, press
from ivr.flow.texts import Text
from ivr.flow.tree import Exit, Node, Path_
from ivr.flow.vocabulary import Key, LanguageTag, NotEmpty, Table, Target

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation
    from ivr.flow.organisation import Organisation


class Language(Node):
    """Say each language's invitation in that language, and listen for a key.

    A caller who presses nothing, or no choice, is asked again and then goes on in the language of
    the call so far.

    Attributes:
        language: The invitations, e.g. ``en: For English, press 3.``
        choices: The language that each key chooses.
        wait: Seconds to wait for the key after the last invitation.
        repeat: How often to ask again.
        then: Where to go on.
    """

    verb: ClassVar[str] = "language"
    example: ClassVar[str] = """
choose_language:
  language:
    sv: För svenska, tryck 1.
    en: For English, press 2.
  choices: {1: sv, 2: en}
  then: opening
"""

    language: Text
    choices: Annotated[Table[Key, LanguageTag], NotEmpty]
    wait: Wait = 5
    repeat: Repeat = 1
    then: Target

    def ways(self, organisation: Organisation) -> Iterator[Path_]:
        """Each language, and none chosen."""
        for key in self.choices:
            yield ("choices", key)
        yield from super().ways(organisation)

    async def run(self, talk: Conversation) -> Exit:
        """Ask until a language is chosen or the repeats are used up."""
        prompts = [(self.language, tag) for tag in talk.organisation.languages]
        for _ in range(self.repeat + 1):
            key = await press(talk, prompts, self.wait)
            if key in self.choices:
                talk.language = self.choices[key]
                return Exit(self.then, "chosen", by=("choices", key))
        return Exit(self.then, "default")
