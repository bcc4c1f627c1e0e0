"""What the simulation refuses, one class a rule."""

from __future__ import annotations

from acd.errors import AcdError


class RedisServerMissing(AcdError):
    """There is no ``redis-server`` to run the scripts on."""

    code = "acd.simulation.redis_server_missing"

    def __init__(self) -> None:
        super().__init__("redis-server is not installed; install it, or run `make up` once.")


class RedisServerFailed(AcdError):
    """The private ``redis-server`` did not start, or ended before it was told to."""

    code = "acd.simulation.redis_server_failed"

    def __init__(self, fault: str) -> None:
        super().__init__(f"The simulation's own redis-server does not serve ({fault}). Try again.")


class EndlessLine(AcdError):
    """More work comes in than the agents can do, and callers wait for ever: nothing settles."""

    code = "acd.simulation.endless_line"

    def __init__(self, agents: int, load: float) -> None:
        super().__init__(
            f"{agents} agents cannot do the work of {load:.1f} and the line would grow without "
            "end; take more agents, or say how long callers wait before they hang up."
        )


class NoSuchStaffing(AcdError):
    """No number of agents within reach meets the target."""

    code = "acd.simulation.no_such_staffing"

    def __init__(self, most: int, level: float) -> None:
        super().__init__(
            f"Not even {most} agents reach {level:.0%} in time; they take too long to pick up, or "
            "nobody works when calls come. Choose a lower target or a longer time."
        )
