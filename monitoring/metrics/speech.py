"""Speech recognition: what menus made of it, and how the speech server does."""

from __future__ import annotations

from monitoring.kinds import Counter, Gauge

SPEECH_HEARD = Counter(
    "vaxel_speech_heard_total",
    "What a menu made of what it heard; away: no recogniser, keys only.",
    ("org", "outcome", "engine"),
    {
        "outcome": ("away", "match", "no_match", "silence"),
        "engine": ("pocketsphinx", "vosk"),
    },
)
SPEECH_UP = Gauge(
    "vaxel_speech_up",
    "1 while the speech server answers; at 0 its other figures are absent.",
    each=True,
)
SPEECH_STREAMS = Gauge("vaxel_speech_streams", "Callers whom the speech server listens to now.")
SPEECH_WORKERS = Gauge(
    "vaxel_speech_workers", "The speech server's decoding processes, by what they do.", ("state",)
)
SPEECH_REFUSED = Counter(
    "vaxel_speech_streams_refused_total",
    "Callers whom the speech server could not listen to, since its start.",
    (),
)
SPEECH_ERRORS = Counter(
    "vaxel_speech_errors_total", "Recognitions that failed, since the speech server's start.", ()
)
SPEECH_LOST = Counter("vaxel_speech_workers_lost_total", "Decoding processes that died.", ())
SPEECH_RECOGNITIONS = Counter(
    "vaxel_speech_recognitions_total",
    "Recognitions that ended, since the speech server's start.",
    ("engine",),
)
SPEECH_DECODED = Counter(
    "vaxel_speech_decoded_seconds_total",
    "Seconds of sound decoded, since the speech server's start.",
    ("engine",),
)
