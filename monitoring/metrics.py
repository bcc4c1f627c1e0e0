"""Every metric's name, labels and definition. No name of a metric stands anywhere else.

Definitions that hold for all of them (what is made of them, a service level for one, stands in
:mod:`monitoring.definitions`):

* Counters and histograms of contacts and agents come from the events in ``events:{org}``, never
  from Asterisk's own counters. A contact is counted when the event happens, not when the contact
  began or ends: an answered call is answered at the answer. Over a long period the two agree.
* *Waiting* begins when the contact enters the queue, not in the menu before it. A contact that
  visits two queues is offered in each.
* *Offered* = answered + abandoned + left + waiting now, at any moment.
* *Abandoned* is only a caller who hangs up while waiting. A caller whom the tree takes out of the
  queue (time-out, no agent there, a failure) or who asks to be called back has *left*: a flow-out.
* Times are seconds. The histograms' bounds hold every usual service-level threshold: answered
  within 20 s is ``vaxel_answered_wait_seconds_bucket{le="20.0"}``. Which service-level formula to
  make of them (whether abandonments help, hurt or are left out) is the question's choice.
* Labels hold organisations, queues, trees, mailboxes and closed sets of words; never a person: no
  caller's number and no agent. A city has thousands of agents, who come and go: each would be a
  series for ever, and a wallboard is no place to watch one person. `vaxel report agents` has them.

Counters go on over restarts. They begin again at zero only when the events themselves are gone.
Those that say "since its start" belong to one process and begin with it.

Several controllers share the queues, the agents and the events, and each tells of all of them: only
what is marked ``each`` may be added up over controllers; :mod:`monitoring.promql` minds that.
"""

from __future__ import annotations

from monitoring.kinds import Counter, Gauge, Histogram

WAIT_BOUNDS_SECONDS = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)
TALK_BOUNDS_SECONDS = (15, 30, 60, 120, 180, 300, 450, 600, 900, 1200, 1800, 3600)
WRAPUP_BOUNDS_SECONDS = (5, 10, 15, 30, 60, 90, 120, 180, 300, 600, 900)
CALLBACK_BOUNDS_SECONDS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400)
DELAY_BOUNDS_SECONDS = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1)

AGENT_STATES = ("logged_out", "ready", "reserved", "talking", "wrapup", "paused")
"""The ACD's words. Each has a series even while no agent is in it."""

OWN_CALL_STATES = ("dialling", "outbound")
"""What agents spend time on beside those: calls of their own. The ACD counts them as they were."""

PHONE_AWAY = "phone_away"
"""Of agents who would be ready, were their phone not in use or unreachable."""

OTHER = "other"
"""Stands for a word that is not in a label's closed set."""


# What happened to contacts ---------------------------------------------------------------------

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
NODE_VISITS = Counter(
    "vaxel_node_visits_total",
    "Nodes of call trees that contacts came to. Nodes that the loaded trees do not have: other.",
    ("org", "tree", "node", "kind"),
)
CALLS_OFFERED = Counter(
    "vaxel_calls_offered_total", "Calls that entered the queue.", ("org", "queue")
)
CALLS_ANSWERED = Counter(
    "vaxel_calls_answered_total", "Calls from the queue that an agent answered.", ("org", "queue")
)
CALLS_ABANDONED = Counter(
    "vaxel_calls_abandoned_total",
    "Calls whose caller hung up while waiting in the queue. Flow-outs are not in it.",
    ("org", "queue"),
)
CALLS_LEFT = Counter(
    "vaxel_calls_left_total",
    "Calls that left the queue unanswered and not by hanging up (flow-outs), by reason; callback:"
    " the caller keeps the place and is called back; moved: to another queue, by a supervisor.",
    ("org", "queue", "reason"),
    {"reason": ("callback", "closed", "failed", "moved", "nobody", "timeout")},
)
HANDOVERS = Counter(
    "vaxel_handovers_total",
    "Conversations in which the agent handed the caller over, by the queue that they came from and"
    " to what: another queue or wait, one agent, a number elsewhere. Where the caller waits again,"
    " that is one more call offered.",
    ("org", "queue", "to"),
    {"to": ("agent", "number", "queue")},
)
AGENT_OFFERS = Counter(
    "vaxel_agent_offers_total",
    "Offers of a call or callback to one agent; one may be offered to several, also at once.",
    ("org", "queue"),
)
AGENT_OFFERS_REFUSED = Counter(
    "vaxel_agent_offers_refused_total",
    "Offers to an agent that came to nothing, by reason. A caller who hangs up while an agent is"
    " rung is none of them (that call is abandoned), nor is an agent beside whom another answers.",
    ("org", "queue", "reason"),
    {"reason": ("busy", "expired", "no_answer", "unreachable")},
)
VOICEMAILS_STORED = Counter(
    "vaxel_voicemails_stored_total", "Voice messages stored.", ("org", "mailbox")
)
ANSWERED_WAIT = Histogram(
    "vaxel_answered_wait_seconds",
    "Wait of answered calls, from entering the queue to the answer. Sum / count is the average"
    " speed of answer.",
    ("org", "queue"),
    WAIT_BOUNDS_SECONDS,
)
ABANDONED_WAIT = Histogram(
    "vaxel_abandoned_wait_seconds",
    "Wait of abandoned calls, from entering the queue to the hang-up.",
    ("org", "queue"),
    WAIT_BOUNDS_SECONDS,
)
ESTIMATED_WAITS = Counter(
    "vaxel_estimated_waits_total",
    "Answered calls whose wait was estimated when it began, by where the wait lay: inside the range"
    " foretold, below (answered earlier) or above. Eight in ten should be inside. Calls that found"
    " an agent ready or were given up are not in it: there is no error to know.",
    ("org", "queue", "outcome"),
    {"outcome": ("above", "below", "inside")},
)
WAIT_BEYOND_ESTIMATE = Histogram(
    "vaxel_wait_beyond_estimate_seconds",
    "By how much the wait of a call was longer than expected when it began; not shorter.",
    ("org", "queue"),
    WAIT_BOUNDS_SECONDS,
)
WAIT_SHORT_OF_ESTIMATE = Histogram(
    "vaxel_wait_short_of_estimate_seconds",
    "By how much the wait of a call was shorter than expected when it began.",
    ("org", "queue"),
    WAIT_BOUNDS_SECONDS,
)
TALK = Histogram(
    "vaxel_talk_seconds",
    "Length of conversations, those of callbacks included, counted when they end.",
    ("org", "queue"),
    TALK_BOUNDS_SECONDS,
)
HOLD = Histogram(
    "vaxel_hold_seconds",
    "Each time that a caller was put on hold during a conversation, asking a colleague included,"
    " counted when it ends; part of the length of the conversation.",
    ("org", "queue"),
    WRAPUP_BOUNDS_SECONDS,
)
WRAPUP = Histogram(
    "vaxel_wrapup_seconds",
    "After-call work for a conversation of the queue, counted when it ends.",
    ("org", "queue"),
    WRAPUP_BOUNDS_SECONDS,
)

RESULTS_GIVEN = Counter(
    "vaxel_results_given_total",
    "What agents said came of contacts of the queue, by result. One that is replaced by another"
    " counts under both. Results that the organisation does not have: other.",
    ("org", "queue", "result"),
)

# What trees connect callers with, and what callers think ----------------------------------------

TRANSFERS = Counter(
    "vaxel_transfers_total",
    "Callers whom a tree or an agent connected with somebody outside, or tried to, by outcome;"
    " refused: a"
    " target that may not be dialled, abandoned: the caller hung up while it rang.",
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
SCORES = ("1", "2", "3", "4", "5")
SPOKEN = "spoken"
SURVEY_ANSWERS = Counter(
    "vaxel_survey_answers_total",
    "Answers to the questions of surveys, by score from 1 to 5, the best; spoken: in the caller's"
    " own words, kept as a message. Questions that the loaded trees do not have: other.",
    ("org", "survey", "question", "score"),
    {"score": (*SCORES, SPOKEN)},
)

# Callbacks -------------------------------------------------------------------------------------

_UNREACHED = ("busy", "failed", "no_answer", "unreachable")
_LOST_AFTER = ("closed", "hung_up", "lost", "nobody", "timeout", "unconfirmed")
CALLBACKS_REQUESTED = Counter(
    "vaxel_callbacks_requested_total",
    "Callbacks asked for, by the caller in the queue or by an operator.",
    ("org", "queue", "source"),
    {"source": ("operator", "queue")},
)
CALLBACKS_DIALLED = Counter(
    "vaxel_callbacks_dialled_total", "Attempts to reach a caller.", ("org", "queue")
)
CALLBACKS_MISSED = Counter(
    "vaxel_callbacks_missed_total",
    "Attempts that did not reach the caller, by reason.",
    ("org", "queue", "reason"),
    {"reason": _UNREACHED + _LOST_AFTER},
)
CALLBACKS_ANSWERED = Counter(
    "vaxel_callbacks_answered_total",
    "Callbacks in which agent and caller came to talk.",
    ("org", "queue"),
)
CALLBACKS_ENDED = Counter(
    "vaxel_callbacks_ended_total",
    "Callbacks that are over, by outcome.",
    ("org", "queue", "outcome"),
    {"outcome": ("cancelled", "given_up", "talked")},
)
CALLBACK_WAIT = Histogram(
    "vaxel_callback_wait_seconds",
    "From the place in the queue that a callback kept until agent and caller talk.",
    ("org", "queue"),
    CALLBACK_BOUNDS_SECONDS,
)

# Agents ----------------------------------------------------------------------------------------

AGENT_STATE_SECONDS = Counter(
    "vaxel_agent_state_seconds_total",
    "Seconds that agents have spent in a state, all agents together. Occupancy is made of it."
    " dialling and outbound: calls of their own, before and after the answer.",
    ("org", "state"),
    {"state": (*AGENT_STATES[1:], *OWN_CALL_STATES)},
)
AGENT_PAUSE_SECONDS = Counter(
    "vaxel_agent_pause_seconds_total",
    "Seconds that agents have been paused, by reason: the organisation's own, or not_answering,"
    " busy, unreachable where the ACD paused them.",
    ("org", "reason"),
)
AGENT_CALLS = Counter(
    "vaxel_agent_calls_total",
    "Calls that agents have made of their own accord, by outcome; cancelled: the agent hung up"
    " first.",
    ("org", "outcome"),
    {"outcome": ("busy", "cancelled", "no_answer", "talked", "unreachable")},
)
AGENT_CALLS_REFUSED = Counter(
    "vaxel_agent_calls_refused_total",
    "Calls that agents wanted to make and were not let: calling out is off, the number is none that"
    " they may call, or they had a call.",
    ("org", "reason"),
    {"reason": ("busy", "not_allowed", "off")},
)
AGENT_CALL_TALK = Histogram(
    "vaxel_agent_call_talk_seconds",
    "Length of the conversations in calls that agents have made of their own accord.",
    ("org",),
    TALK_BOUNDS_SECONDS,
)
AGENT_LOCKS = Counter(
    "vaxel_agent_locks_total", "Agents locked out for a while by wrong PINs.", ("org",)
)

# Supervisors -----------------------------------------------------------------------------------

SUPERVISOR_ACTS = Counter(
    "vaxel_supervisor_acts_total",
    "What supervisors have done to agents and contacts, by the API or at a phone.",
    ("org", "act"),
    {"act": ("cancel", "logout", "move", "pause", "prioritise", "result", "unpause")},
)
SUPERVISOR_PRESENCES = Counter(
    "vaxel_supervisor_presences_total",
    "Times that a supervisor came into an agent's conversation, by the way in which it began.",
    ("org", "mode"),
    {"mode": ("barge", "listen", "take_over", "whisper")},
)
SUPERVISOR_PRESENCE = Histogram(
    "vaxel_supervisor_presence_seconds",
    "How long a supervisor was in an agent's conversation, counted when they leave it.",
    ("org",),
    TALK_BOUNDS_SECONDS,
)
SUPERVISORS_REFUSED = Counter(
    "vaxel_supervisors_refused_total",
    "What supervisors were not let do, by reason; right: it is not theirs, role: nor their token's,"
    " the same once an hour, queue: it lets nobody in, wrong_pin and locked: whoever tried was not"
    " taken for the supervisor.",
    ("org", "reason"),
    {"reason": ("locked", "queue", "right", "role", "wrong_pin")},
)

# Recordings and speech -------------------------------------------------------------------------

RECORDINGS_STORED = Counter(
    "vaxel_recordings_stored_total", "Conversations stored as recordings.", ("org", "queue")
)
_LEG_FAULTS = ("leg_missing", "leg_truncated", "leg_unusable")
RECORDINGS_FAILED = Counter(
    "vaxel_recordings_failed_total",
    "Recordings or voice messages put aside because they could not be finished, by error code.",
    ("org", "reason"),
    {"reason": ("disk_full", *_LEG_FAULTS, "sidecar_missing", "sidecar_unreadable")},
)
RECORDINGS_PAUSED = Counter(
    "vaxel_recordings_paused_total",
    "Times that a recording stood still, by the agent's code, around sensitive digits, or while the"
    " caller is handed over.",
    ("org", "cause"),
    {"cause": ("agent", "digits", "handover")},
)
RECORDINGS_DELETED = Counter(
    "vaxel_recordings_deleted_total",
    "Recordings deleted because their time was over or their person was erased.",
    ("org", "reason"),
    {"reason": ("erasure", "retention")},
)
RECORDINGS_TRANSCRIBED = Counter(
    "vaxel_recordings_transcribed_total", "Legs of recordings turned into text.", ("org",)
)
SPEECH_HEARD = Counter(
    "vaxel_speech_heard_total",
    "What a menu made of what it heard; away: no recogniser, keys only.",
    ("org", "outcome", "engine"),
    {
        "outcome": ("away", "match", "no_match", "silence"),
        "engine": ("pocketsphinx", "vosk"),
    },
)

COUNTERS = (
    CONTACTS_STARTED,
    CONTACTS_ENDED,
    NODE_VISITS,
    CALLS_OFFERED,
    CALLS_ANSWERED,
    CALLS_ABANDONED,
    CALLS_LEFT,
    HANDOVERS,
    AGENT_OFFERS,
    AGENT_OFFERS_REFUSED,
    VOICEMAILS_STORED,
    ESTIMATED_WAITS,
    RESULTS_GIVEN,
    TRANSFERS,
    CONFERENCES,
    SURVEY_ANSWERS,
    CALLBACKS_REQUESTED,
    CALLBACKS_DIALLED,
    CALLBACKS_MISSED,
    CALLBACKS_ANSWERED,
    CALLBACKS_ENDED,
    AGENT_STATE_SECONDS,
    AGENT_PAUSE_SECONDS,
    AGENT_CALLS,
    AGENT_CALLS_REFUSED,
    AGENT_LOCKS,
    SUPERVISOR_ACTS,
    SUPERVISOR_PRESENCES,
    SUPERVISORS_REFUSED,
    RECORDINGS_STORED,
    RECORDINGS_FAILED,
    RECORDINGS_PAUSED,
    RECORDINGS_DELETED,
    RECORDINGS_TRANSCRIBED,
    SPEECH_HEARD,
)
HISTOGRAMS = (
    *(ANSWERED_WAIT, ABANDONED_WAIT, TALK, HOLD, WRAPUP, CALLBACK_WAIT),
    *(WAIT_BEYOND_ESTIMATE, WAIT_SHORT_OF_ESTIMATE),
    *(TRANSFER_TALK, CONFERENCE_STAY, AGENT_CALL_TALK, SUPERVISOR_PRESENCE),
)

IN_MILLISECONDS = frozenset({AGENT_STATE_SECONDS.name, AGENT_PAUSE_SECONDS.name})
"""Counters of time: kept in whole milliseconds, shown in seconds."""

# What is true now ------------------------------------------------------------------------------

CALLS_WAITING = Gauge("vaxel_calls_waiting", "Calls waiting in the queue now.", ("org", "queue"))
SERVICE_LEVEL_THRESHOLD = Gauge(
    "vaxel_queue_service_level_threshold_seconds",
    "Within so many seconds the callers of the queue shall be answered. Queues with a target only.",
    ("org", "queue"),
)
SERVICE_LEVEL_TARGET = Gauge(
    "vaxel_queue_service_level_target",
    "The share of the queue's callers who shall be answered within its threshold, 0 to 1. The"
    " threshold is spelled as the buckets' le, so that each queue's own can be found by it.",
    ("org", "queue", "within"),
)
OLDEST_WAIT = Gauge(
    "vaxel_oldest_wait_seconds",
    "How long the longest-waiting call has waited; 0 in an empty queue.",
    ("org", "queue"),
)
CALLBACKS_OPEN = Gauge(
    "vaxel_callbacks_open", "Callbacks promised and not yet over.", ("org", "queue")
)
CALLBACKS_OLDEST = Gauge(
    "vaxel_callbacks_oldest_seconds",
    "For how long the longest overdue callback has been: since its chosen time, else since its"
    " caller came to the queue; 0 when none is.",
    ("org", "queue"),
)
AGENTS = Gauge(
    "vaxel_agents",
    "Agents by state; phone_away: ready, but their phone is in use or cannot be reached.",
    ("org", "state"),
)
CALLS_IN_PROGRESS = Gauge(
    "vaxel_calls_in_progress", "Contacts that this controller serves now.", ("org",), each=True
)
RECORDINGS_BACKLOG = Gauge(
    "vaxel_recordings_backlog", "Recordings that are over and wait to be finished."
)
TRANSCRIPTS_BACKLOG = Gauge(
    "vaxel_transcripts_backlog", "Stored recordings that wait to be turned into text."
)

# The platform's health -------------------------------------------------------------------------

EVENT_LOOP_DELAY = Histogram(
    "vaxel_event_loop_delay_seconds",
    "How late this controller's event loop turns to what is due, fifty times a second, since its"
    " start.",
    (),
    DELAY_BOUNDS_SECONDS,
    each=True,
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
API_REFUSED = Counter(
    "vaxel_api_tokens_refused_total",
    "Requests to the API that had no token that works, since this controller's start.",
    (),
    each=True,
)
API_ROLES_REFUSED = Counter(
    "vaxel_api_roles_refused_total",
    "Requests to the API that wanted more than their token's role may, since this controller's"
    " start.",
    (),
    each=True,
)
API_FOLLOWERS = Gauge(
    "vaxel_api_followers", "Connections that follow events at this controller.", each=True
)
API_LET_GO = Counter(
    "vaxel_api_followers_let_go_total",
    "Connections that follow events and were closed by this controller, by why, since its start.",
    ("reason",),
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
REDIS_ROUND_TRIP = Gauge(
    "vaxel_redis_round_trip_seconds",
    "Round trip of a ping to Redis at this scrape; absent while it does not answer.",
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
LIVE_UP = Gauge(
    "vaxel_live_figures_up",
    "1 while queues and agents can be asked; at 0 their gauges are absent.",
    each=True,
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
TREES_RELOADS = Counter(
    "vaxel_trees_reloads_total",
    "Looks at call trees that were saved or asked for, since this controller's start, by outcome;"
    " refused: an organisation's files cannot be used, unsettled: they were written all the time.",
    ("outcome",),
    each=True,
)
TREES_VERSION = Gauge(
    "vaxel_trees_version_info",
    "Always 1; the version of the organisation's call trees that new calls get is in the label.",
    ("org", "version"),
    each=True,
)
TREES_SINCE = Gauge(
    "vaxel_trees_changed_timestamp_seconds",
    "Since when new calls of the organisation get that version, epoch.",
    ("org",),
    each=True,
)
TREES_REFUSED = Gauge(
    "vaxel_trees_refused",
    "1 while the organisation's call trees on disk cannot be used: calls get the version before.",
    ("org",),
    each=True,
)
DISK_FREE = Gauge("vaxel_disk_free_bytes", "Room left on the disk of the state folder.", each=True)
DISK_SIZE = Gauge("vaxel_disk_size_bytes", "Size of the disk of the state folder.", each=True)
BUILD_INFO = Gauge(
    "vaxel_build_info", "Always 1; the version is in the label.", ("version",), each=True
)
