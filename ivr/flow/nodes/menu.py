"""``menu``: let the caller choose the way by key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from ivr.flow.asking import Retry, Wait, press
from ivr.flow.faults import Strict
from ivr.flow.texts import Text
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import Key, NotEmpty, Table, Target

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation


class Choice(Strict):
    """One way out of a menu."""

    goto: Target


class Menu(Node):
    """Say what can be chosen and listen for one key, which may interrupt.

    Attributes:
        menu: What can be chosen.
        choices: Where each key leads; a menu is repeated by a choice that leads to itself.
        wait: Seconds to wait for a key after the text.
        on_invalid: What to do with a key that is no choice.
        on_silence: What to do when no key comes.
    """

    verb: ClassVar[str] = "menu"

    menu: Text
    choices: Annotated[Table[Key, Choice], NotEmpty]
    wait: Wait = 5
    on_invalid: Retry
    on_silence: Retry

    async def run(self, talk: Conversation) -> Exit:
        """Ask until a choice is made, or one of the two repeats is used up."""
        left = {"invalid": self.on_invalid.repeat, "silence": self.on_silence.repeat}
        texts = talk.organisation.texts
        while True:
            key = await press(talk, [(self.menu, talk.language)], self.wait)
            if key in self.choices:
                return Exit(self.choices[key].goto, "choice")
            if key:
                reason, retry, standard = "invalid", self.on_invalid, texts.invalid_key
            else:
                reason, retry, standard = "silence", self.on_silence, texts.no_key
            if left[reason] == 0:
                return Exit(retry.then, reason)
            left[reason] -= 1
            await talk.say(retry.say or standard)
