"""The file beside a recording's legs that says whose they are.

It is written before Asterisk is asked to ring an agent, so that no audio can ever lie there
without an owner, and it is the last to be removed, so that no crash can lose the audio. One
offer to an agent, or one voicemail, has one *base*, and beside each other lie::

    incoming/<contact>-<n>.json           incoming/<contact>-v<n>.json
    incoming/<contact>-<n>-caller.wav     incoming/<contact>-v<n>-caller.wav
    incoming/<contact>-<n>-agent.wav

``n`` tells a contact's bases of one kind apart, also after a restart in its middle: the number of
the ACD's offer, or the voicemail's beginning in epoch milliseconds. So a contact that talks twice
has two recordings.

Where several agents are rung at once each has a sidecar and a base of their own, with the telephone
behind the number (``<contact>-<n>-<phone>``). Asterisk writes the legs of the one that is answered,
whoever is alive then; the others never get any.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self, get_type_hints

from recorder.disk import write_whole
from recorder.errors import BadName, SidecarUnreadable
from store.models import RecordingKind, instant

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_LARGEST = 16_384

KEEP_DAYS = 90
"""So long a recording is kept whose policy does not say."""

MOST_DAYS = 36_500

DAY_MS = 86_400_000


def base_for(contact: str, n: int, kind: RecordingKind = RecordingKind.CONVERSATION) -> str:
    """Name of a contact's base ``n`` of a kind, which is also the recording's id.

    Raises:
        BadName: The contact holds what no file name shall hold, or ``n`` is below 1.
    """
    if n < 1 or not _NAME.fullmatch(contact):
        raise BadName("contact")
    return f"{contact}-{'v' if kind is RecordingKind.VOICEMAIL else ''}{n}"


@dataclass(frozen=True, slots=True)
class Sidecar:
    """Whose recording it is.

    Attributes:
        contact: Id of the contact.
        n: Tells the contact's bases of this kind apart; 1 or more.
        org: The organisation.
        kind: Conversation or voicemail.
        offered_at_ms: When the agent was rung, or the message asked for; epoch milliseconds.
        queue: Queue name, ``""`` for a voicemail.
        agent: Agent id, ``""`` for a voicemail.
        caller: The caller's number, ``""`` when withheld. Personal.
        mailbox: Of a voicemail, else ``""``.
        language: BCP 47 tag of the language that the caller chose, ``""`` when unknown.
        keep_days: How long the recording is kept, 1 to 36,500 days.
        on_demand: The agent may begin the recording at any time in the conversation.
        phone: The agent's, where several are rung at once; else ``""``.

    Raises:
        BadName: ``contact``, ``org`` or ``phone`` cannot be part of a file name.
        ValueError: ``offered_at_ms`` is no time, or ``keep_days`` out of bounds.
    """

    contact: str
    n: int
    org: str
    kind: RecordingKind
    offered_at_ms: int
    queue: str = ""
    agent: str = ""
    caller: str = ""
    mailbox: str = ""
    language: str = ""
    keep_days: int = KEEP_DAYS
    on_demand: bool = False
    phone: str = ""

    def __post_init__(self) -> None:
        base_for(self.contact, self.n, self.kind)
        if not _NAME.fullmatch(self.org):
            raise BadName("organisation")
        if self.phone and not _NAME.fullmatch(self.phone):
            raise BadName("phone")
        instant(self.offered_at_ms)
        if not 1 <= self.keep_days <= MOST_DAYS:
            raise ValueError(f"{self.keep_days} days is no time to keep a recording")

    @property
    def base(self) -> str:
        """See :func:`base_for`, and the head of this module."""
        base = base_for(self.contact, self.n, self.kind)
        return f"{base}-{self.phone}" if self.phone else base

    def legs(self, folder: Path) -> tuple[Path, ...]:
        """The audio files that belong to it: the caller's, then the agent's."""
        sides = ("caller",) if self.kind is RecordingKind.VOICEMAIL else ("caller", "agent")
        return tuple(folder / f"{self.base}-{side}.wav" for side in sides)

    def write(self, folder: Path) -> Path:
        """Write it so that it is there whole or not at all, for this user only (0600).

        Blocks for the disk: call it in a thread.

        Returns:
            Its path.

        Raises:
            OSError: The folder cannot be written.
        """
        path = folder / f"{self.base}.json"
        write_whole(path, json.dumps(asdict(self)).encode())
        return path

    @classmethod
    def read(cls, path: Path) -> Self:
        """The sidecar in a file.

        Raises:
            SidecarUnreadable: It is no sidecar.
            OSError: It cannot be read.
        """
        try:
            with path.open("rb") as file:
                fields = json.loads(file.read(_LARGEST))
            sidecar = cls(**{**fields, "kind": RecordingKind(fields["kind"])})
            for name, wanted in get_type_hints(cls).items():
                if not isinstance(getattr(sidecar, name), wanted):
                    raise TypeError(f"{name} is no {wanted.__name__}")
        except (BadName, KeyError, TypeError, ValueError, RecursionError) as error:
            raise SidecarUnreadable(path, str(error)) from error
        if sidecar.base != path.stem:
            raise SidecarUnreadable(path, f"it speaks of {sidecar.base}")
        return sidecar
