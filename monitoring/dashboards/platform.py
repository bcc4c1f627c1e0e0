"""The machine room: whether every part does its work, and how much of itself it has left."""

from __future__ import annotations

from monitoring.dashboards import asked
from monitoring.dashboards.api import API
from monitoring.dashboards.drawn import bars, course, figure
from monitoring.dashboards.model import Board, Query, Row, Step, Unit
from monitoring.dashboards.trees import TREES
from monitoring.metrics import asterisk, contacts, platform, recordings, speech

_JOB = '{job="vaxel"}'
_BROKEN = (Step(1, "green"),)
_ANY = (Step(1, "red"),)

_PARTS = Row(
    "Is everything there?",
    (
        figure(
            "Controller",
            "Whether the controller answers Prometheus.",
            Unit.SWITCH,
            f"min(up{_JOB})",
            _BROKEN,
            colour="red",
        ),
        figure(
            "Asterisk",
            "Whether the controller is logged in to Asterisk's manager.",
            Unit.SWITCH,
            asked.lowest(asterisk.AMI_CONNECTED),
            _BROKEN,
            colour="red",
        ),
        figure(
            "Redis",
            "Whether queues and agents can be asked.",
            Unit.SWITCH,
            asked.lowest(platform.LIVE_UP),
            _BROKEN,
            colour="red",
        ),
        figure(
            "Speech",
            "Whether the speech server answers; without it menus take keys only.",
            Unit.SWITCH,
            asked.lowest(speech.SPEECH_UP),
            _BROKEN,
            colour="yellow",
        ),
        figure(
            "Events",
            "Whether what happens can be read, and so counted.",
            Unit.SWITCH,
            asked.lowest(platform.EVENTS_UP),
            _BROKEN,
            colour="red",
        ),
        bars(
            "Warnings",
            "Alert rules that fire now.",
            Unit.COUNT,
            Query(
                'count by (alertname) (ALERTS{alertstate="firing"})'
                ' or on() label_replace(vector(0), "alertname", "none", "", "")',
                "{{alertname}}",
            ),
            width=4,
        ),
    ),
)

_CONTROLLER = Row(
    "Controller",
    (
        course(
            "Event-loop delay",
            "How late what is due is done; a caller hears it above a tenth of a second.",
            Unit.SECONDS,
            *(
                Query(
                    asked.quantile(
                        rank, platform.EVENT_LOOP_DELAY, where="", window="$__rate_interval"
                    ),
                    f"{rank:.0%} within",
                )
                for rank in (0.5, 0.99)
            ),
            width=8,
        ),
        course(
            "Calls",
            "Contacts in hand by organisation, and open FastAGI sessions, agents' included.",
            Unit.COUNT,
            Query(asked.now(contacts.CALLS_IN_PROGRESS, "org", where=""), "{{org}}"),
            Query(asked.now(asterisk.AGI_SESSIONS, where=""), "FastAGI sessions"),
            width=8,
        ),
        course(
            "Processor",
            "Cores that the controller uses.",
            Unit.NUMBER,
            Query(f"rate(process_cpu_seconds_total{_JOB}[$__rate_interval])", "{{instance}}"),
            width=8,
        ),
        figure(
            "Memory",
            "What the controller holds.",
            Unit.BYTES,
            f"max(process_resident_memory_bytes{_JOB})",
        ),
        figure(
            "Runs since",
            "How long the controller has served.",
            Unit.SECONDS,
            f"time() - max({platform.SERVES_SINCE.name})",
        ),
        figure(
            "Spare",
            "Whether another controller waits to take the place of the one that serves.",
            Unit.SWITCH,
            asked.lowest(platform.SPARE),
            _BROKEN,
            colour="yellow",
        ),
        bars(
            "Version",
            "What runs.",
            Unit.SWITCH,
            Query(f"max by (version) ({platform.BUILD_INFO.name})", "Växel {{version}}"),
            width=4,
        ),
        figure(
            "Refused calls",
            "Calls that the controller was too full to take, in the time shown.",
            Unit.COUNT,
            asked.total(asterisk.AGI_REFUSED, where=""),
            _ANY,
        ),
        figure(
            "Failed calls",
            "Calls that ended by a fault of ours, in the time shown.",
            Unit.COUNT,
            asked.total(asterisk.AGI_ENDED, where='outcome="failed"'),
            _ANY,
        ),
        figure(
            "Scrape",
            "How long the controller takes to tell all of this.",
            Unit.SECONDS,
            f"max(scrape_duration_seconds{_JOB})",
            (Step(1, "yellow"), Step(5, "red")),
        ),
        figure(
            "Figures",
            "Series that the controller tells.",
            Unit.COUNT,
            f"sum(scrape_samples_scraped{_JOB})",
        ),
    ),
)

_LINKS = Row(
    "Asterisk, Redis and the record",
    (
        course(
            "Round trips",
            "To Asterisk's manager and to Redis.",
            Unit.SECONDS,
            Query(asked.highest(asterisk.AMI_PING, where=""), "Asterisk"),
            Query(asked.highest(platform.REDIS_ROUND_TRIP, where=""), "Redis"),
            width=8,
        ),
        course(
            "Behind",
            "How old Asterisk's last event was when it was handled, and the oldest of our own that"
            " each consumer has not taken in; and of how long a time it has missed them for good.",
            Unit.SECONDS,
            Query(asked.highest(asterisk.AMI_LAG, where=""), "Asterisk's events"),
            Query(asked.highest(platform.EVENT_LAG, "consumer", where=""), "{{consumer}}"),
            Query(asked.highest(platform.EVENT_GAP, "consumer", where=""), "{{consumer}}, missed"),
            width=8,
        ),
        course(
            "Asterisk's events a minute",
            "Those that arrive at each controller.",
            Unit.PER_MINUTE,
            Query(asked.a_minute(asterisk.AMI_EVENTS, "instance", where=""), "{{instance}}"),
            width=8,
        ),
    ),
)

_MANAGER = Row(
    "Asterisk's manager, in the time shown",
    (
        figure(
            "Came back",
            "How often the link was lost and came back.",
            Unit.COUNT,
            asked.total(asterisk.AMI_RECONNECTS, where=""),
            _ANY,
        ),
        figure(
            "Actions in vain",
            "What Asterisk refused, or did not answer in time.",
            Unit.COUNT,
            asked.total(asterisk.AMI_ACTIONS_FAILED, where=""),
        ),
        figure(
            "Events held",
            "Those that have arrived and wait to be handled, now.",
            Unit.COUNT,
            asked.highest(asterisk.AMI_HELD, where=""),
            (Step(100, "yellow"), Step(1000, "red")),
        ),
    ),
)

_SPEECH = Row(
    "Speech",
    (
        bars(
            "What menus heard",
            "In the time shown; away: no recogniser was there, keys only.",
            Unit.COUNT,
            Query(asked.total(speech.SPEECH_HEARD, "outcome", where=asked.OF_ORG), "{{outcome}}"),
        ),
        course(
            "Listening",
            "Callers who are listened to, and processes that decode.",
            Unit.COUNT,
            Query(asked.now(speech.SPEECH_STREAMS, where=""), "callers"),
            Query(asked.now(speech.SPEECH_WORKERS, "state", where=""), "workers: {{state}}"),
            width=8,
        ),
        bars(
            "Recognitions",
            "By engine, and those that could not be, in the time shown.",
            Unit.COUNT,
            Query(asked.total(speech.SPEECH_RECOGNITIONS, "engine", where=""), "{{engine}}"),
            Query(asked.total(speech.SPEECH_ERRORS, where=""), "failed"),
            Query(asked.total(speech.SPEECH_REFUSED, where=""), "refused: too many at once"),
            Query(asked.total(speech.SPEECH_LOST, where=""), "decoding processes that died"),
        ),
        course(
            "Sound decoded",
            "Seconds of sound a second.",
            Unit.NUMBER,
            Query(asked.a_second(speech.SPEECH_DECODED, "engine", where=""), "{{engine}}"),
            width=8,
        ),
    ),
)

_RECORDINGS = Row(
    "Recordings",
    (
        figure(
            "Stored",
            "In the time shown.",
            Unit.COUNT,
            asked.total(recordings.RECORDINGS_STORED, where=asked.OF_ORG),
        ),
        figure(
            "Failed",
            "Put aside because they could not be finished, in the time shown.",
            Unit.COUNT,
            asked.total(recordings.RECORDINGS_FAILED, where=asked.OF_ORG),
            _ANY,
        ),
        figure(
            "To be finished",
            "Conversations that are over and whose recording is not stored yet.",
            Unit.COUNT,
            asked.now(recordings.RECORDINGS_BACKLOG, where=""),
            (Step(20, "yellow"), Step(100, "red")),
        ),
        figure(
            "Transcribed",
            "Legs turned into text, in the time shown.",
            Unit.COUNT,
            asked.total(recordings.RECORDINGS_TRANSCRIBED, where=asked.OF_ORG),
        ),
        figure(
            "Paused",
            "Times that a recording stood still, by an agent or around digits, in the time shown.",
            Unit.COUNT,
            asked.total(recordings.RECORDINGS_PAUSED, where=asked.OF_ORG),
        ),
        figure(
            "To be transcribed",
            "Stored recordings whose text is not there yet.",
            Unit.COUNT,
            asked.now(recordings.TRANSCRIPTS_BACKLOG, where=""),
            (Step(50, "yellow"), Step(500, "red")),
        ),
        figure(
            "Room on the disk",
            "What is left of the disk that holds recordings and figures.",
            Unit.SHARE,
            f"min({platform.DISK_FREE.name} / {platform.DISK_SIZE.name})",
            (Step(0.1, "yellow"), Step(0.2, "green")),
            colour="red",
        ),
        figure(
            "Deleted",
            "Because their time was over or their person was erased, in the time shown.",
            Unit.COUNT,
            asked.total(recordings.RECORDINGS_DELETED, where=asked.OF_ORG),
        ),
    ),
)

PLATFORM = Board(
    "platform",
    "Växel: platform",
    "Whether every part does its work, and where it becomes tight.",
    (asked.ORG,),
    (_PARTS, _CONTROLLER, TREES, API, _LINKS, _MANAGER, _SPEECH, _RECORDINGS),
)
