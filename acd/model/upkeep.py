"""What time alone changes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Swept:
    """What time alone has changed.

    Attributes:
        expired: Contacts whose unanswered offer ran out; they wait again at their old place, or,
            if their phone was rung, for the next attempt.
        adrift: Contacts whose controller died just now.
        lost: Contacts that no controller took up in time; they are gone, or will be called back
            again. Conversations of a dead node, too.
        ready: Agents whose wrap-up is over.
        called: Callbacks whose time has come; they wait in line now.
        relaxed: Contacts that require less from now on.
        dead: Nodes without a living controller: their phones cannot be reached.
    """

    expired: tuple[str, ...] = ()
    adrift: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    ready: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    relaxed: tuple[str, ...] = ()
    dead: tuple[str, ...] = ()
