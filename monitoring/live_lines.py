"""What is true now as lines of Prometheus's text."""

from __future__ import annotations

from collections.abc import Mapping

from monitoring import metrics
from monitoring.kinds import Counter, Gauge
from monitoring.live import AcdNow, ControllerNow, SpeechNow
from monitoring.rendering import heading, sample
from monitoring.totals import Labels


def gauge(metric: Gauge | Counter, samples: Mapping[Labels, float]) -> list[str]:
    """A metric with its series, and with its heading even where it has none."""
    return [heading(metric), *(sample(metric, key, value) for key, value in samples.items())]


def controller_lines(now: ControllerNow) -> list[str]:
    """The controller's own figures."""
    ping: dict[Labels, float] = {} if now.ami_ping_seconds is None else {(): now.ami_ping_seconds}
    return [
        *gauge(metrics.SERVES_SINCE, {(): now.since_seconds}),
        *gauge(metrics.SPARE, {(): now.spare}),
        *gauge(metrics.CALLS_IN_PROGRESS, _by_word(now.calls)),
        *gauge(metrics.AGI_SESSIONS, {(): now.agi_sessions}),
        *gauge(metrics.AGI_REFUSED, {(): now.agi_refused}),
        *gauge(metrics.AGI_ENDED, _by_word(now.agi_ended)),
        *gauge(metrics.API_REFUSED, {(): now.api_refused}),
        *gauge(metrics.API_ROLES_REFUSED, {(): now.api_roles_refused}),
        *gauge(metrics.API_FOLLOWERS, {(): now.api_followers}),
        *gauge(metrics.API_LET_GO, _by_word(now.api_let_go)),
        *gauge(metrics.AMI_CONNECTED, {(): now.ami_connected}),
        *gauge(metrics.AMI_RECONNECTS, {(): now.ami_reconnects}),
        *gauge(metrics.AMI_PING, ping),
        *gauge(metrics.AMI_LAG, {(): now.ami_lag_seconds}),
        *gauge(metrics.AMI_HELD, {(): now.ami_held}),
        *gauge(metrics.AMI_EVENTS, {(): now.ami_events}),
        *gauge(metrics.AMI_ACTIONS_FAILED, _by_word(now.ami_failed)),
        *gauge(metrics.DISK_FREE, {(): now.disk_free}),
        *gauge(metrics.DISK_SIZE, {(): now.disk_size}),
        *gauge(metrics.RECORDINGS_BACKLOG, {(): now.recordings}),
        *gauge(metrics.TRANSCRIPTS_BACKLOG, {(): now.transcripts}),
        *_trees_lines(now),
    ]


def _trees_lines(now: ControllerNow) -> list[str]:
    served = [one for one in now.trees if one.version]
    return [
        *gauge(metrics.TREES_RELOADS, _by_word(now.trees_reloads)),
        *gauge(metrics.TREES_VERSION, {(one.org, one.version): 1 for one in served}),
        *gauge(metrics.TREES_SINCE, {(one.org,): one.since_seconds for one in served}),
        *gauge(metrics.TREES_REFUSED, {(one.org,): one.refused for one in now.trees}),
    ]


def acd_lines(now: AcdNow | None) -> list[str]:
    """What Redis knows; nothing while it is away."""
    if now is None:
        return []
    queues = [((one.org, one.queue), one) for one in now.queues]
    return [
        *gauge(metrics.CALLS_WAITING, {key: one.waiting for key, one in queues}),
        *gauge(metrics.OLDEST_WAIT, {key: one.oldest_wait_seconds for key, one in queues}),
        *_targets(now),
        *gauge(metrics.CALLBACKS_OPEN, {key: one.callbacks for key, one in queues}),
        *gauge(metrics.CALLBACKS_OLDEST, {key: one.oldest_callback_seconds for key, one in queues}),
        *gauge(
            metrics.AGENTS,
            {
                (one.org, state): one.by_state.get(state, 0)
                for one in now.agents
                for state in (*metrics.AGENT_STATES, metrics.PHONE_AWAY)
            },
        ),
        *gauge(metrics.REDIS_ROUND_TRIP, {(): now.redis_seconds}),
        *gauge(metrics.EVENT_LAG, dict(now.lags.items())),
        *gauge(metrics.EVENT_GAP, dict(now.gaps.items())),
    ]


def _targets(now: AcdNow) -> list[str]:
    aims = [(one.org, one.queue, *one.target) for one in now.queues if one.target is not None]
    return [
        *gauge(metrics.SERVICE_LEVEL_THRESHOLD, {(org, queue): t for org, queue, t, _ in aims}),
        *gauge(
            metrics.SERVICE_LEVEL_TARGET,
            {(org, queue, repr(float(t))): share for org, queue, t, share in aims},
        ),
    ]


def speech_lines(now: SpeechNow | None) -> list[str]:
    """The speech server's figures; that it is away is one of them."""
    if now is None:
        return gauge(metrics.SPEECH_UP, {(): 0})
    workers: dict[Labels, float] = {("busy",): now.busy, ("idle",): now.workers - now.busy}
    return [
        *gauge(metrics.SPEECH_UP, {(): 1}),
        *gauge(metrics.SPEECH_STREAMS, {(): now.streams}),
        *gauge(metrics.SPEECH_WORKERS, workers),
        *gauge(metrics.SPEECH_REFUSED, {(): now.refused}),
        *gauge(metrics.SPEECH_ERRORS, {(): now.errors}),
        *gauge(metrics.SPEECH_LOST, {(): now.lost}),
        *gauge(metrics.SPEECH_RECOGNITIONS, _by_word(now.recognitions)),
        *gauge(metrics.SPEECH_DECODED, _by_word(now.decoded_seconds)),
    ]


def _by_word(values: Mapping[str, float]) -> dict[Labels, float]:
    return {(word,): value for word, value in values.items()}
