"""What events amount to for a recording's silences: one row from each pause to its end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from store.events import Event, EventType
from store.models import RecordingPause


class PauseRecords:
    """The pauses in recordings of the contacts that a batch of events names.

    Attributes:
        new: Rows that did not exist before.
    """

    def __init__(self, org: str, pauses: Iterable[RecordingPause]) -> None:
        """Begin with the pauses of these contacts that last."""
        self._org = org
        self._open = {(pause.recording, pause.cause): pause for pause in pauses}
        self.new: list[RecordingPause] = []

    def apply(self, event: Event, at: datetime) -> None:
        """Give the row what the event knows; an end whose beginning is unknown says nothing."""
        which = event.fields.get("recording", ""), event.fields.get("cause", "")
        if event.type is EventType.RECORDING_RESUMED:
            pause = self._open.pop(which, None)
            if pause is not None:
                pause.resumed_at = max(at, pause.paused_at)
        elif which not in self._open:
            recording, cause = which
            pause = RecordingPause(
                org=self._org,
                contact=event.contact,
                recording=recording,
                cause=cause,
                paused_at=at,
            )
            self._open[which] = pause
            self.new.append(pause)
