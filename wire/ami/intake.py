"""Events on their way to their handlers: held while Asterisk's state is read anew.

What arrives meanwhile is handed out when the state is known, before all that follows. So a handler
never sees an event that is older than the state, and none is missed in between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wire.ami.errors import AmiResyncFailed
from wire.ami.frames import Frame
from wire.ami.lanes import Handler, Lanes
from wire.ami.link import Connection
from wire.ami.settings import AmiClock, AmiLimits


class Intake:
    """Takes the events of one connection after the other.

    Attributes:
        lanes: Where they are handled.
        connection: That of now, ``None`` while there is none.
    """

    def __init__(
        self, handlers: Mapping[str, Sequence[Handler]], limits: AmiLimits, clock: AmiClock
    ) -> None:
        """Begin without a connection.

        Args:
            handlers: By exact event name; may change while in use.
            limits: How many events may be held.
            clock: Tells how old they are.
        """
        self.lanes = Lanes(
            handlers, bound=limits.held, monotonic=clock.monotonic, on_room=self._resume
        )
        self.connection: Connection | None = None
        self._handlers = handlers
        self._limits = limits
        self._clock = clock
        self._hold: list[Frame] | None = []

    @property
    def held(self) -> int:
        """Events that wait to be handled."""
        return self.lanes.held + len(self._hold or ())

    def new_connection(self) -> Connection:
        """One whose events are held until :meth:`release`."""
        self._hold = []
        return Connection(self._handlers, self._take)

    def release(self) -> None:
        """Hand out what is held and all that follows."""
        held, self._hold = self._hold, None
        self._take(held or [])

    def _take(self, events: Sequence[Frame]) -> None:
        """The events of one read, straight from the socket."""
        if self._hold is not None:
            self._hold += events
            if len(self._hold) > self._limits.held and self.connection is not None:
                # Reading cannot stop here: the hooks wait for answers from the same stream.
                self.connection.fail(
                    AmiResyncFailed(
                        f"More than {self._limits.held} events arrived while Asterisk's state was "
                        "being read; subscribe to fewer or raise the limit."
                    )
                )
            return
        if events:
            self.lanes.submit(events, self._clock.monotonic() - self._age(events[0]))
        if self.lanes.full and self.connection is not None:
            self.connection.pause()

    def _age(self, event: Frame) -> float:
        """Seconds since Asterisk told of an event; 0 where it does not say."""
        try:
            return max(0.0, self._clock.time() - float(event.get("Timestamp")))
        except ValueError:
            return 0.0

    def _resume(self) -> None:
        if self.connection is not None:
            self.connection.resume()
