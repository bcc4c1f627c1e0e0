"""What is true now, for the metrics and the health page: queues, agents, links, sessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

from ivr.inbound import Inbound
from ivr.office import Office
from monitoring.http import Check, Health
from monitoring.live import AcdNow, AgentsNow, ControllerNow, QueueNow
from wire.agi.server import FastAgiServer
from wire.ami.client import AmiClient


@dataclass(frozen=True, slots=True)
class Figures:
    """This controller and its organisations (:class:`monitoring.live.LiveFigures`).

    Attributes:
        offices: By organisation.
        inbound: The callers in hand.
        agi: The FastAGI server.
        ami: The link to Asterisk's manager.
        redis: For the health check.
    """

    offices: Mapping[str, Office]
    inbound: Inbound
    agi: FastAgiServer
    ami: AmiClient
    redis: Redis

    async def acd(self) -> AcdNow:
        """One round trip an organisation.

        Raises:
            AcdUnavailable: Redis does not answer.
        """
        queues: list[QueueNow] = []
        agents: list[AgentsNow] = []
        for org, office in self.offices.items():
            now = await office.distributor.snapshot(office.rides.queues.values())
            queues += (
                QueueNow(org, name, gauge.waiting, gauge.oldest_wait_ms / 1000)
                for name, gauge in now.queues.items()
            )
            out = len(office.organisation.agents) - sum(now.agents.values())
            by_state = {state.value: count for state, count in now.agents.items()}
            agents.append(AgentsNow(org, by_state | {"logged_out": max(out, 0)}))
        return AcdNow(queues, agents)

    def controller(self) -> ControllerNow:
        """Counters of this process."""
        agi, ami = self.agi.stats, self.ami.stats
        return ControllerNow(
            calls=self.inbound.calls,
            agi_sessions=agi.open,
            agi_refused=agi.refused,
            ami_connected=self.ami.connected,
            ami_reconnects=ami.reconnects,
        )

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
