"""What is true now, for the metrics and the health page: queues, agents, links, sessions."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

from ivr.api.events import Close, EventFeed
from ivr.api.refused_acts import RefusedActs
from ivr.api.tokens import Doorkeeper
from ivr.calls.inbound import Inbound
from ivr.calls.speech_server import SpeechServer
from ivr.flow.after_call import choices_of
from ivr.flow.load import Catalogue
from ivr.flow.nodes.survey import Survey
from ivr.flow.organisation import Organisation
from ivr.live.model import Outcome
from ivr.live.trees import LiveTrees
from ivr.office import Office
from ivr.platform.paths import Layout
from ivr.platform.succession import spare_waits
from monitoring.consumer import FiguresConsumer
from monitoring.counting import Known
from monitoring.http import Check, Health
from monitoring.live import AcdNow, AgentsNow, ControllerNow, QueueNow, SpeechNow, TreesNow
from monitoring.metrics.agents import PHONE_AWAY
from recorder.recorder import Recorder
from recorder.transcribing import Transcribing
from store.projection import ContactProjection
from store.tree_files import SHORT
from wire.agi.server import FastAgiServer
from wire.ami.client import AmiClient


def known_words(organisation: Organisation, catalogue: Catalogue) -> Known:
    """What the labels of an organisation's figures may hold."""
    nodes = [
        (tree.name, name, node)
        for tree in catalogue.trees
        if tree.organisation.id == organisation.id
        for name, node in tree.nodes.items()
    ]
    return Known(
        queues=tuple(organisation.queues),
        pauses=tuple(reason.key for reason in organisation.pauses.values()),
        nodes=frozenset((tree, name, node.verb) for tree, name, node in nodes),
        questions=frozenset(
            (node.survey, question.id)
            for _, _, node in nodes
            if isinstance(node, Survey)
            for question in node.questions
        ),
        results=frozenset(
            (name, result.key)
            for name, queue in organisation.queues.items()
            for result in choices_of(queue, organisation.results).values()
        ),
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """This controller and its organisations (:class:`monitoring.live.LiveFigures`).

    Attributes:
        offices: By organisation.
        inbound: The callers in hand.
        agi: The FastAGI server.
        ami: The link to Asterisk's manager.
        redis: For the health check.
        recorder: The recordings that are not finished yet.
        transcribing: The recordings that are not written down yet.
        counted: The consumers of the metrics.
        recorded: The consumers of the SQL record.
        listener: The speech server.
        trees: The call trees.
        doorkeeper: Judges who asks the API.
        feed: Serves who follows events there.
        refused_acts: Counts what its tokens were not let do.
        layout: Where everything is that the installation makes.
        since_seconds: When this controller began to serve, epoch.
    """

    offices: Mapping[str, Office]
    inbound: Inbound
    agi: FastAgiServer
    ami: AmiClient
    redis: Redis
    recorder: Recorder
    transcribing: Transcribing
    counted: Sequence[FiguresConsumer]
    recorded: Sequence[ContactProjection]
    listener: SpeechServer
    trees: LiveTrees
    doorkeeper: Doorkeeper
    feed: EventFeed
    refused_acts: RefusedActs
    layout: Layout
    since_seconds: float

    async def acd(self) -> AcdNow:
        """A ping, and two round trips an organisation.

        Raises:
            AcdUnavailable, RedisError, StreamUnavailable: Redis does not answer.
        """
        asked = time.perf_counter()
        await self.redis.ping()
        round_trip = time.perf_counter() - asked
        queues: list[QueueNow] = []
        agents: list[AgentsNow] = []
        lags: dict[tuple[str, str], float] = {}
        gaps: dict[tuple[str, str], float] = {}
        # at once: while Redis is asked, organisations may come
        for office, counted, recorded in tuple(
            zip(self.offices.values(), self.counted, self.recorded, strict=True)
        ):
            org = office.organisation.id
            now = await office.distributor.snapshot(office.rides.queues.values())
            queues += (
                QueueNow(
                    org,
                    name,
                    waiting=gauge.waiting,
                    oldest_wait_seconds=gauge.oldest_wait_ms / 1000,
                    callbacks=gauge.callbacks,
                    oldest_callback_seconds=gauge.oldest_callback_ms / 1000,
                    target=_target(office.organisation, name),
                )
                for name, gauge in now.queues.items()
            )
            by_state = {state.value: count for state, count in now.agents.items()}
            by_state[PHONE_AWAY] = now.phone_away
            out = len(office.organisation.agents) - sum(by_state.values())
            agents.append(AgentsNow(org, by_state | {"logged_out": max(out, 0)}))
            lags[org, "figures"] = await _lag(office, counted.totals.position)
            lags[org, "contacts"] = await _lag(office, recorded.reached)
            gaps[org, "figures"] = counted.gaps.seconds
            gaps[org, "contacts"] = recorded.gaps.seconds
        return AcdNow(queues, agents, round_trip, lags, gaps)

    async def speech(self) -> SpeechNow:
        """One request.

        Raises:
            ClientError, TimeoutError, ValueError, KeyError: The speech server does not answer, or
                not as it should.
        """
        stats = await self.listener.stats()
        return SpeechNow(
            streams=stats["streams"],
            workers=stats["workers"],
            busy=stats["busy_workers"],
            refused=stats["refused"],
            errors=stats["errors"],
            lost=stats["workers_lost"],
            recognitions=stats["recognitions"],
            decoded_seconds=stats["decoded_seconds"],
        )

    def controller(self) -> ControllerNow:
        """Counters of this process."""
        agi, ami, calls = self.agi.stats, self.ami.stats, self.inbound.calls
        disk = shutil.disk_usage(self.layout.state)
        return ControllerNow(
            since_seconds=self.since_seconds,
            spare=spare_waits(self.layout),
            calls={org: calls.get(org, 0) for org in self.offices},
            agi_sessions=agi.open,
            agi_refused=agi.refused,
            agi_ended={
                "finished": agi.finished,
                "hung_up": agi.hung_up,
                "failed": agi.failed,
                "unrouted": agi.unrouted,
                "broken": agi.broken,
                "silent": agi.silent,
            },
            ami_connected=self.ami.connected,
            ami_reconnects=ami.reconnects,
            ami_ping_seconds=ami.ping_seconds,
            ami_lag_seconds=ami.lag_seconds,
            ami_held=ami.events_held,
            ami_events=ami.events_seen,
            ami_failed={"refused": ami.actions_failed, "timeout": ami.timeouts},
            disk_free=disk.free,
            disk_size=disk.total,
            recordings=self.recorder.backlog,
            transcripts=self.transcribing.backlog,
            trees=tuple(self._trees_now()),
            api_refused=self.doorkeeper.refused,
            api_roles_refused=self.refused_acts.refused,
            api_followers=self.feed.followers,
            api_let_go={reason.name.lower(): self.feed.let_go[reason] for reason in Close},
            trees_reloads={outcome.value: self.trees.reloads[outcome] for outcome in Outcome},
        )

    def _trees_now(self) -> Iterator[TreesNow]:
        served, refused = self.trees.served, self.trees.refused
        for org, standing in served.items():
            version = standing.part.version[:SHORT]
            yield TreesNow(org, version, standing.since_ms / 1000, refused=org in refused)
        for org in refused.keys() - served.keys():
            yield TreesNow(org, "", 0.0, refused=True)

    def checks(self) -> Mapping[str, Check]:
        """What must be well before the controller takes calls."""
        return {"redis": self._redis_well, "asterisk": self._asterisk_well}

    async def _redis_well(self) -> Health:
        try:
            await self.redis.ping()
        except RedisError:
            return Health(ok=False, sentence="Redis does not answer; see log/redis.log.")
        return Health(ok=True, sentence="Redis answers.")

    async def _asterisk_well(self) -> Health:
        if self.ami.connected:
            return Health(ok=True, sentence="Logged in to Asterisk's manager.")
        return Health(ok=False, sentence=str(self.ami.last_error or "Not connected yet."))


def _target(organisation: Organisation, queue: str) -> tuple[float, float] | None:
    level = organisation.queues[queue].service_level
    return None if level is None else (level.within, level.share)


async def _lag(office: Office, position: str) -> float:
    """Age in seconds of the oldest event behind a position."""
    since = await office.stream.first_after(position)
    return 0.0 if since is None else max(0.0, time.time() - since / 1000)
