"""Who is a supervisor of whom, and what of a right Asterisk is told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from ivr.flow.organisation import Organisation
from ivr.flow.shared_numbers import people
from ivr.flow.supervision import Right

RIGHTS: Final[Mapping[str, Right]] = {str(key): right for key, right in enumerate(Right, start=1)}
"""What the phone's menu takes."""

MODES: Final = (Right.LISTEN, Right.WHISPER, Right.BARGE)
"""The ways to be in a conversation that goes on."""

WAYS_IN: Final = (*MODES, Right.TAKE_OVER)
"""The ways to be in a conversation, also in the agent's place."""

SWITCHES: Final[Mapping[str, Right]] = {"4": Right.LISTEN, "5": Right.WHISPER, "6": Right.BARGE}
"""Keys of Asterisk's ``ChanSpy`` that change the way (its option ``d``)."""

BACK: Final = "*"
"""The key that leads out of a conversation, back to the menu."""

_OPTION: Final[Mapping[Right, str]] = {Right.LISTEN: "", Right.WHISPER: "w", Right.BARGE: "B"}


def may_switch(may: Collection[Right]) -> bool:
    """Whether keys may change the way: Asterisk's keys lead to any, so only who may any has them.

    Everybody else goes back to the menu, which judges each way by itself.
    """
    return set(MODES) <= set(may)


def spy_options(mode: Right, *, switching: bool) -> str:
    """The options of ``ChanSpy``.

    ``u``: the channel is named by its Uniqueid. Without it a name is a prefix, which other
    channels may have too, and keys on the phone lead to further ones. ``E``: its end is ours.
    ``q``: not a sound is made of it.
    """
    return f"quE{_OPTION[mode]}{'d' if switching else ''}x({BACK})"


def supervised_by(organisations: Mapping[str, Organisation], number: str) -> list[str]:
    """The organisations that somebody supervises, by id; none where the number is two people's.

    The check refuses such files, but only those that it sees together.
    """
    who = {name for one in organisations.values() for name in people(one).get(number, ())}
    if len(who) != 1:
        return []
    return sorted(org for org, one in organisations.items() if number in one.supervisors)
