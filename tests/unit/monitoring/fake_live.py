"""Live figures as a test wants them."""

from __future__ import annotations

from monitoring.live import AcdNow, AgentsNow, ControllerNow, QueueNow, SpeechNow, TreesNow
from tests.day import ORG


class FakeLive:
    """Two waiting callers and three agents; ``fault`` makes the ACD unreachable."""

    def __init__(self) -> None:
        self.fault: Exception | None = None
        self.speech_fault: Exception | None = None

    async def acd(self) -> AcdNow:
        if self.fault is not None:
            raise self.fault
        return AcdNow(
            queues=[
                QueueNow(
                    ORG,
                    "fees",
                    waiting=2,
                    oldest_wait_seconds=31.5,
                    callbacks=1,
                    oldest_callback_seconds=90.0,
                    target=(30, 0.8),
                )
            ],
            agents=[AgentsNow(ORG, {"ready": 2, "paused": 1})],
            redis_seconds=0.0005,
            lags={(ORG, "figures"): 0.0, (ORG, "contacts"): 0.4},
            gaps={(ORG, "figures"): 0.0, (ORG, "contacts"): 5400.0},
        )

    async def speech(self) -> SpeechNow:
        if self.speech_fault is not None:
            raise self.speech_fault
        return SpeechNow(
            streams=3,
            workers=2,
            busy=1,
            refused=4,
            errors=5,
            lost=1,
            recognitions={"pocketsphinx": 6},
            decoded_seconds={"pocketsphinx": 7.5},
        )

    def controller(self) -> ControllerNow:
        return ControllerNow(
            since_seconds=1_795_100_000.0,
            spare=True,
            calls={ORG: 3},
            agi_sessions=4,
            agi_refused=5,
            agi_ended={"finished": 7, "hung_up": 8},
            ami_connected=True,
            ami_reconnects=6,
            ami_ping_seconds=0.001,
            ami_lag_seconds=0.002,
            ami_held=1,
            ami_events=900,
            ami_failed={"refused": 1, "timeout": 2},
            disk_free=5_000_000_000,
            disk_size=20_000_000_000,
            recordings=3,
            transcripts=2,
            trees=[
                TreesNow(ORG, "3f2a90c1d4e5", 1_795_000_000.0, refused=True),
                TreesNow("newcomer", "", 0.0, refused=True),
            ],
            trees_reloads={"changed": 3, "refused": 1},
            api_refused=9,
            api_roles_refused=3,
            api_followers=2,
            api_let_go={"too_slow": 1},
        )
