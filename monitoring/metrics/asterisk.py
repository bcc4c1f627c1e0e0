"""The two links with Asterisk: its calls by FastAGI, its events and our actions by AMI."""

from __future__ import annotations

from monitoring.kinds import Counter, Gauge

AGI_SESSIONS = Gauge("vaxel_agi_sessions", "Open FastAGI sessions of this controller.", each=True)
AGI_REFUSED = Counter(
    "vaxel_agi_sessions_refused_total",
    "FastAGI sessions refused because the controller was full or stopping, since its start.",
    (),
    each=True,
)
AGI_ENDED = Counter(
    "vaxel_agi_sessions_ended_total",
    "FastAGI sessions that ended, by how, since this controller's start: finished or hung_up are in"
    " order, failed is a fault of ours, the rest never became a call.",
    ("outcome",),
    each=True,
)
AMI_CONNECTED = Gauge(
    "vaxel_ami_connected", "1 while logged in to Asterisk's manager, else 0.", each=True
)
AMI_RECONNECTS = Counter(
    "vaxel_ami_reconnects_total",
    "Times the link to Asterisk's manager came back, since this controller's start.",
    (),
    each=True,
)
AMI_PING = Gauge(
    "vaxel_ami_ping_seconds", "Round trip of the last ping to Asterisk's manager.", each=True
)
AMI_LAG = Gauge(
    "vaxel_ami_event_lag_seconds",
    "Age of the manager event that was handled last, when it was: since Asterisk told of it.",
    each=True,
)
AMI_HELD = Gauge("vaxel_ami_events_held", "Manager events that wait to be handled.", each=True)
AMI_EVENTS = Counter(
    "vaxel_ami_events_total",
    "Manager events that arrived, since this controller's start.",
    (),
    each=True,
)
AMI_ACTIONS_FAILED = Counter(
    "vaxel_ami_actions_failed_total",
    "Manager actions that Asterisk refused or did not answer in time, since this controller's"
    " start.",
    ("reason",),
    each=True,
)
