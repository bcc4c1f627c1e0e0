"""Which of the ready agents a queue's next contact is offered to."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field

from ivr.flow.faults import fault


class Strategy(StrEnum):
    """Who is first; of equals, the longest idle. What is counted is counted since the login."""

    LONGEST_IDLE = "longest_idle"
    FEWEST_CALLS = "fewest_calls"  # who has answered the fewest contacts of the queue
    ROUND_ROBIN = "round_robin"  # to whom the queue has offered one longest ago, taken or not
    WEIGHTED_RANDOM = "weighted_random"  # drawn by chance, by the agents' weights
    BEST_SKILL = "best_skill"  # who is best at what the caller's node requires
    LEAST_OCCUPIED = "least_occupied"  # who had the least share of talk and wrap-up


def _known(value: object) -> object:
    if isinstance(value, str) and value not in set(Strategy):
        raise fault(
            "unknown_strategy",
            f"“{value}” is no way to choose an agent",
            name=value,
            known=Strategy,
        )
    return value


Chosen: TypeAlias = Annotated[Strategy, BeforeValidator(_known, json_schema_input_type=Strategy)]
"""A strategy, as files write it."""

Weight: TypeAlias = Annotated[int, Field(ge=1, le=100)]
"""How much more than another one counts."""
