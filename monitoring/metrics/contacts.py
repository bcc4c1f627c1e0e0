"""What happened to contacts on their way through a call tree: messages, transfers, surveys."""

from __future__ import annotations

from monitoring.kinds import Counter, Gauge, Histogram
from monitoring.metrics.bounds import TALK_BOUNDS_SECONDS

SCORES = ("1", "2", "3", "4", "5")
SPOKEN = "spoken"

CONTACTS_STARTED = Counter(
    "vaxel_contacts_started_total", "Contacts whose call tree began.", ("org",)
)
CONTACTS_ENDED = Counter(
    "vaxel_contacts_ended_total",
    "Contacts that ended, by who ended them: the caller, the tree, a failure, or nobody who could"
    " tell (lost: its controller died).",
    ("org", "reason"),
    {"reason": ("caller", "failed", "lost", "tree")},
)
CALLS_IN_PROGRESS = Gauge(
    "vaxel_calls_in_progress", "Contacts that this controller serves now.", ("org",), each=True
)
NODE_VISITS = Counter(
    "vaxel_node_visits_total",
    "Nodes of call trees that contacts came to. Nodes that the loaded trees do not have: other.",
    ("org", "tree", "node", "kind"),
)
VOICEMAILS_STORED = Counter(
    "vaxel_voicemails_stored_total", "Voice messages stored.", ("org", "mailbox")
)
TRANSFERS = Counter(
    "vaxel_transfers_total",
    "Callers whom a tree or an agent connected with somebody outside, or tried to, by outcome;"
    " refused: a target that may not be dialled, abandoned: the caller hung up while it rang.",
    ("org", "outcome"),
    {"outcome": ("abandoned", "busy", "no_answer", "refused", "talked", "unreachable")},
)
TRANSFER_TALK = Histogram(
    "vaxel_transfer_talk_seconds",
    "Length of conversations with somebody outside, counted when they end.",
    ("org",),
    TALK_BOUNDS_SECONDS,
)
CONFERENCES = Counter(
    "vaxel_conferences_total",
    "Callers whom a tree led into a conference, by outcome; failed: the room took nobody.",
    ("org", "outcome"),
    {"outcome": ("failed", "joined")},
)
CONFERENCE_STAY = Histogram(
    "vaxel_conference_seconds",
    "How long a caller was in a conference, counted when they leave it.",
    ("org",),
    TALK_BOUNDS_SECONDS,
)
SURVEY_ANSWERS = Counter(
    "vaxel_survey_answers_total",
    "Answers to the questions of surveys, by score from 1 to 5, the best; spoken: in the caller's"
    " own words, kept as a message. Questions that the loaded trees do not have: other.",
    ("org", "survey", "question", "score"),
    {"score": (*SCORES, SPOKEN)},
)
