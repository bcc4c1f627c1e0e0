"""The controller and what it stands on: its event loop, Redis, the events, the disk."""

from __future__ import annotations

from monitoring.kinds import Gauge, Histogram
from monitoring.metrics.bounds import DELAY_BOUNDS_SECONDS

BUILD_INFO = Gauge(
    "vaxel_build_info", "Always 1; the version is in the label.", ("version",), each=True
)
SERVES_SINCE = Gauge(
    "vaxel_controller_serves_since_seconds",
    "When this controller began to serve, Unix time; its process may have waited long before.",
    each=True,
)
SPARE = Gauge(
    "vaxel_controller_spare",
    "1 while another controller waits, all loaded, to take this one's place, else 0.",
    each=True,
)
EVENT_LOOP_DELAY = Histogram(
    "vaxel_event_loop_delay_seconds",
    "How late this controller's event loop turns to what is due, fifty times a second, since its"
    " start.",
    (),
    DELAY_BOUNDS_SECONDS,
    each=True,
)
REDIS_ROUND_TRIP = Gauge(
    "vaxel_redis_round_trip_seconds",
    "Round trip of a ping to Redis at this scrape; absent while it does not answer.",
    each=True,
)
LIVE_UP = Gauge(
    "vaxel_live_figures_up",
    "1 while queues and agents can be asked; at 0 their gauges are absent.",
    each=True,
)
EVENTS_UP = Gauge(
    "vaxel_event_stream_up",
    "1 while the organisation's events can be read; at 0 its counters stand still.",
    ("org",),
    each=True,
)
EVENT_LAG = Gauge(
    "vaxel_event_lag_seconds",
    "Age of the oldest event that a consumer has not taken in; 0 when it has all. figures: these"
    " counters, contacts: the SQL record.",
    ("org", "consumer"),
    each=True,
)
EVENT_GAP = Gauge(
    "vaxel_event_gap_seconds",
    "Length of the time of which a consumer has missed events since its controller's start: they"
    " were gone from the stream before it took them in. 0 when it has all.",
    ("org", "consumer"),
    each=True,
)
DISK_FREE = Gauge("vaxel_disk_free_bytes", "Room left on the disk of the state folder.", each=True)
DISK_SIZE = Gauge("vaxel_disk_size_bytes", "Size of the disk of the state folder.", each=True)
