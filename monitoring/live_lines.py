"""What is true now as lines of Prometheus's text."""

from __future__ import annotations

from collections.abc import Mapping

from monitoring.kinds import Counter, Gauge
from monitoring.live import AcdNow, ControllerNow, SpeechNow
from monitoring.metrics import (
    agents,
    api,
    asterisk,
    callbacks,
    contacts,
    platform,
    queues,
    recordings,
    speech,
    trees,
)
from monitoring.rendering import heading, sample
from monitoring.totals import Labels


def gauge(metric: Gauge | Counter, samples: Mapping[Labels, float]) -> list[str]:
    """A metric with its series, and with its heading even where it has none."""
    return [heading(metric), *(sample(metric, key, value) for key, value in samples.items())]


def controller_lines(now: ControllerNow) -> list[str]:
    """The controller's own figures."""
    ping: dict[Labels, float] = {} if now.ami_ping_seconds is None else {(): now.ami_ping_seconds}
    return [
        *gauge(platform.SERVES_SINCE, {(): now.since_seconds}),
        *gauge(platform.SPARE, {(): now.spare}),
        *gauge(contacts.CALLS_IN_PROGRESS, _by_word(now.calls)),
        *gauge(asterisk.AGI_SESSIONS, {(): now.agi_sessions}),
        *gauge(asterisk.AGI_REFUSED, {(): now.agi_refused}),
        *gauge(asterisk.AGI_ENDED, _by_word(now.agi_ended)),
        *gauge(api.API_REFUSED, {(): now.api_refused}),
        *gauge(api.API_ROLES_REFUSED, {(): now.api_roles_refused}),
        *gauge(api.API_FOLLOWERS, {(): now.api_followers}),
        *gauge(api.API_LET_GO, _by_word(now.api_let_go)),
        *gauge(asterisk.AMI_CONNECTED, {(): now.ami_connected}),
        *gauge(asterisk.AMI_RECONNECTS, {(): now.ami_reconnects}),
        *gauge(asterisk.AMI_PING, ping),
        *gauge(asterisk.AMI_LAG, {(): now.ami_lag_seconds}),
        *gauge(asterisk.AMI_HELD, {(): now.ami_held}),
        *gauge(asterisk.AMI_EVENTS, {(): now.ami_events}),
        *gauge(asterisk.AMI_ACTIONS_FAILED, _by_word(now.ami_failed)),
        *gauge(platform.DISK_FREE, {(): now.disk_free}),
        *gauge(platform.DISK_SIZE, {(): now.disk_size}),
        *gauge(recordings.RECORDINGS_BACKLOG, {(): now.recordings}),
        *gauge(recordings.TRANSCRIPTS_BACKLOG, {(): now.transcripts}),
        *_trees_lines(now),
    ]


def _trees_lines(now: ControllerNow) -> list[str]:
    served = [one for one in now.trees if one.version]
    return [
        *gauge(trees.TREES_RELOADS, _by_word(now.trees_reloads)),
        *gauge(trees.TREES_VERSION, {(one.org, one.version): 1 for one in served}),
        *gauge(trees.TREES_SINCE, {(one.org,): one.since_seconds for one in served}),
        *gauge(trees.TREES_REFUSED, {(one.org,): one.refused for one in now.trees}),
    ]


def acd_lines(now: AcdNow | None) -> list[str]:
    """What Redis knows; nothing while it is away."""
    if now is None:
        return []
    lines = [((one.org, one.queue), one) for one in now.queues]
    return [
        *gauge(queues.CALLS_WAITING, {key: one.waiting for key, one in lines}),
        *gauge(queues.OLDEST_WAIT, {key: one.oldest_wait_seconds for key, one in lines}),
        *_targets(now),
        *gauge(callbacks.CALLBACKS_OPEN, {key: one.callbacks for key, one in lines}),
        *gauge(
            callbacks.CALLBACKS_OLDEST, {key: one.oldest_callback_seconds for key, one in lines}
        ),
        *gauge(
            agents.AGENTS,
            {
                (one.org, state): one.by_state.get(state, 0)
                for one in now.agents
                for state in (*agents.AGENT_STATES, agents.PHONE_AWAY)
            },
        ),
        *gauge(platform.REDIS_ROUND_TRIP, {(): now.redis_seconds}),
        *gauge(platform.EVENT_LAG, dict(now.lags.items())),
        *gauge(platform.EVENT_GAP, dict(now.gaps.items())),
    ]


def _targets(now: AcdNow) -> list[str]:
    aims = [(one.org, one.queue, *one.target) for one in now.queues if one.target is not None]
    return [
        *gauge(queues.SERVICE_LEVEL_THRESHOLD, {(org, queue): t for org, queue, t, _ in aims}),
        *gauge(
            queues.SERVICE_LEVEL_TARGET,
            {(org, queue, repr(float(t))): share for org, queue, t, share in aims},
        ),
    ]


def speech_lines(now: SpeechNow | None) -> list[str]:
    """The speech server's figures; that it is away is one of them."""
    if now is None:
        return gauge(speech.SPEECH_UP, {(): 0})
    workers: dict[Labels, float] = {("busy",): now.busy, ("idle",): now.workers - now.busy}
    return [
        *gauge(speech.SPEECH_UP, {(): 1}),
        *gauge(speech.SPEECH_STREAMS, {(): now.streams}),
        *gauge(speech.SPEECH_WORKERS, workers),
        *gauge(speech.SPEECH_REFUSED, {(): now.refused}),
        *gauge(speech.SPEECH_ERRORS, {(): now.errors}),
        *gauge(speech.SPEECH_LOST, {(): now.lost}),
        *gauge(speech.SPEECH_RECOGNITIONS, _by_word(now.recognitions)),
        *gauge(speech.SPEECH_DECODED, _by_word(now.decoded_seconds)),
    ]


def _by_word(values: Mapping[str, float]) -> dict[Labels, float]:
    return {(word,): value for word, value in values.items()}
