"""Who looked at, listened to, took out or erased recordings.

Rows are added and never changed or removed: this module has no function that would.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from store.models import RecordingAccess, RecordingAction


@dataclass(frozen=True, slots=True)
class Access:
    """One thing that somebody did.

    Attributes:
        who: The user; see :func:`system_user`.
        action: What.
        recording: Its id, ``None`` where it was many.
        org: The organisation, where it was one.
        reason: What the person said it was for.
        detail: What was asked for, or what it touched; no personal data.
    """

    who: str
    action: RecordingAction
    recording: str | None = None
    org: str | None = None
    reason: str | None = None
    detail: str | None = None

    def of(self, recording: str, org: str | None) -> Access:
        """The same done to one recording."""
        return replace(self, recording=recording, org=org)


def record_accesses(session: AsyncSession, accesses: Iterable[Access], at: datetime) -> None:
    """Add rows in the caller's transaction: what is done and that it was done stand together.

    Args:
        session: A writing one.
        accesses: What was done.
        at: When.
    """
    session.add_all(
        RecordingAccess(
            at=at,
            who=access.who,
            action=access.action,
            recording=access.recording,
            org=access.org,
            reason=access.reason,
            detail=access.detail,
        )
        for access in accesses
    )


def system_user() -> str:
    """The user of this process by its id, not by a variable that anybody may set.

    Who became root by sudo is named too.
    """
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = f"uid {os.getuid()}"  # a container's user without a name
    caller = os.environ.get("SUDO_USER", "") if os.getuid() == 0 else ""
    return f"{name} (sudo by {caller})" if caller else name
