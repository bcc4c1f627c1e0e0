"""A message that a caller leaves: recorded after a beep, handed to the recorder.

It is kept as long as the recordings of the queue that the tree names for it, or else in which the
caller waited for an agent; of a caller who came to none, as long as those of the organisation's
queue that keeps them longest.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from ivr.calls.agi_call import AgiCall
from ivr.flow.call import Message, MessageRequest
from ivr.flow.organisation import Organisation
from media.wav import RATE_HZ
from recorder.recorder import Recorder
from recorder.sidecar import KEEP_DAYS, Sidecar
from store.models import RecordingKind

SHORTEST_S: Final = 1.0
"""A shorter message is a caller who hung up at the beep."""

_HEADER_BYTES = 44
_BYTES_A_SECOND = 2 * RATE_HZ


class Messages:
    """The messages left with one organisation."""

    def __init__(
        self,
        organisation: Organisation,
        recorder: Recorder,
        beep: Path,
        clock: Callable[[], int],
    ) -> None:
        self._org = organisation.id
        self._keep_days = {
            name: queue.recording.keep_days for name, queue in organisation.queues.items()
        }
        self._recorder = recorder
        self._beep = beep
        self._clock = clock

    async def take(self, call: AgiCall, request: MessageRequest) -> Message:
        """Beep, record, keep. A caller who ends it by hanging up has left a message too.

        Returns:
            Nothing's when there was none worth keeping.

        Raises:
            AgiError: As :meth:`wire.agi.session.AgiSession.record_file`.
        """
        at_ms = self._clock()
        sidecar = Sidecar(
            contact=call.contact,
            n=at_ms,  # as offers' numbers, one that no restarted controller gives again
            org=self._org,
            kind=RecordingKind.VOICEMAIL,
            offered_at_ms=at_ms,
            caller=call.caller,
            mailbox=request.mailbox,
            language=request.language,
            queue=request.queue,
            keep_days=self._keep_days.get(request.queue or call.queued) or self._longest,
        )
        await call.session.stream_file(str(self._beep))
        base = await self._recorder.expect(sidecar)
        (leg,) = sidecar.legs(base.parent)
        try:
            await call.session.record_file(
                str(leg.with_suffix("")),
                max_seconds=request.max_seconds,
                silence_seconds=request.silence_seconds,
                beep=False,
            )
        finally:
            length = _seconds(leg)
            if length < SHORTEST_S:
                await self._recorder.drop(sidecar)
            else:
                self._recorder.finish(sidecar.base)
        return Message(sidecar.base, length) if length >= SHORTEST_S else Message()

    @property
    def _longest(self) -> int:
        return max(self._keep_days.values(), default=KEEP_DAYS)


def _seconds(leg: Path) -> float:
    """Length of a wav file by its size: after a hang-up Asterisk does not tell it."""
    try:
        return max(0, leg.stat().st_size - _HEADER_BYTES) / _BYTES_A_SECOND
    except FileNotFoundError:
        return 0.0
