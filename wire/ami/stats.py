"""What the link has done, for whoever watches over it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AmiStats:
    """What the link has done since its start.

    Attributes:
        events_seen: Events that arrived, wanted or not.
        events_dispatched: Events whose handlers have all ended.
        events_held: Events that wait for a handler or for the end of the hooks, now.
        handler_failures: Handlers that raised.
        logins: Successful logins.
        reconnects: Successful logins after the first.
        logins_refused: Logins that Asterisk refused.
        actions: Actions sent, pings not counted.
        actions_failed: Of these, answered with an error.
        timeouts: Of these, not answered in time.
        lag_seconds: Age of the event that was begun last, when it was: since Asterisk told of it,
            by Asterisk's clock, or since it arrived, where Asterisk adds no time
            (``timestampevents`` in manager.conf). Of events that arrive together, the first's.
        ping_seconds: Round trip of the last ping of this connection, ``None`` before the first.
    """

    events_seen: int
    events_dispatched: int
    events_held: int
    handler_failures: int
    logins: int
    reconnects: int
    logins_refused: int
    actions: int
    actions_failed: int
    timeouts: int
    lag_seconds: float
    ping_seconds: float | None
