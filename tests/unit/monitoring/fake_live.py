"""Live figures as a test wants them."""

from __future__ import annotations

from monitoring.live import AcdNow, AgentsNow, ControllerNow, QueueNow
from tests.day import ORG


class FakeLive:
    """Two waiting callers and three agents; ``fault`` makes the ACD unreachable."""

    def __init__(self) -> None:
        self.fault: Exception | None = None

    async def acd(self) -> AcdNow:
        if self.fault is not None:
            raise self.fault
        return AcdNow(
            queues=[QueueNow(ORG, "fees", waiting=2, oldest_wait_seconds=31.5)],
            agents=[AgentsNow(ORG, {"ready": 2, "paused": 1})],
        )

    def controller(self) -> ControllerNow:
        return ControllerNow(
            calls={ORG: 3}, agi_sessions=4, agi_refused=5, ami_connected=True, ami_reconnects=6
        )
