"""``switch_announcement``: switch an announcement on or off by telephone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from ivr.flow.faults import fault
from ivr.flow.lengths import Length
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import AnnouncementName, Target

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation


def _on_or_off(value: object) -> object:
    if value not in ("on", "off"):
        raise fault("no_switch", f"“{value}” is neither on nor off", advice="write on or off")
    return value


class SwitchAnnouncement(Node):
    """Switch an announcement on for some time, or off; put it behind a ``pin``.

    Who may reach the node may do it: the tree decides that. Each time is an event, with the
    contact that did it.

    Attributes:
        switch_announcement: The announcement's name.
        turn: ``on`` or ``off``.
        seconds: For how long it is on; it must end some day.
        then: Where to go when that is done.
        on_failure: Where to go when it cannot be done now.
    """

    verb: ClassVar[str] = "switch_announcement"
    example: ClassVar[str] = """
switch_on:
  switch_announcement: water-leak
  turn: on
  for: 4 h
  then: is_on
  on_failure: goodbye
switch_off: {switch_announcement: water-leak, turn: off, then: is_off, on_failure: goodbye}
"""
    instant: ClassVar[frozenset[str]] = frozenset({"then", "on_failure"})

    switch_announcement: AnnouncementName
    turn: Annotated[Literal["on", "off"], BeforeValidator(_on_or_off)]
    seconds: Annotated[float, Length(60, 31 * 24 * 3600)] | None = Field(None, alias="for")
    then: Target
    on_failure: Target

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.turn == "on" and self.seconds is None:
            raise fault(
                "no_end",
                "what is switched on must end some day",
                advice="add “for: 2 h”, so long it is on",
            )
        return self

    def quiet(self) -> bool:
        """The caller hears nothing of it."""
        return True

    async def run(self, talk: Conversation) -> Exit:
        """Switch it."""
        seconds = self.seconds if self.turn == "on" else None
        done = await talk.call.world.switch_announcement(self.switch_announcement, seconds)
        return Exit(self.then if done else self.on_failure, self.turn if done else "failed")
