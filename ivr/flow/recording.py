"""Whether the conversations of a queue are recorded, and how long the recordings are kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, GetCoreSchemaHandler, model_validator
from pydantic_core import CoreSchema, core_schema

from ivr.flow.faults import Strict, fault
from ivr.flow.lengths import Length

_DAYS = re.compile(r"([0-9]{1,5}) days?")
_MOST_DAYS = 36_500


class When(StrEnum):
    """Which conversations are recorded."""

    ALWAYS = "always"
    NEVER = "never"
    ON_DEMAND = "on_demand"  # from the moment in which the agent asks for it
    CONSENT = "consent"  # when the caller, asked before, has said yes


def _known(value: object) -> object:
    if isinstance(value, str) and value not in set(When):
        raise fault(
            "unknown_recording",
            f"“{value}” does not say when to record",
            name=value,
            known=When,
        )
    return value


@dataclass(frozen=True, slots=True)
class Days:
    """Marks an ``int`` as a number of days, written as ``90 days``."""

    words: ClassVar[str] = f"days, 1 day to {_MOST_DAYS} days"

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            _days, handler(source), json_schema_input_schema=core_schema.str_schema()
        )

    @staticmethod
    def written(value: int) -> str:
        """A value as a file writes it."""
        return f"{value} day{'' if value == 1 else 's'}"


def _days(value: object) -> int:
    match = _DAYS.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise fault(
            "no_days",
            f"“{value}” is not a number of days",
            advice="write it with its unit: 90 days",
        )
    days = int(match[1])
    if not 1 <= days <= _MOST_DAYS:
        raise fault(
            "days_out_of_range",
            f"nothing can be kept for {days} days",
            advice=f"allowed is 1 to {_MOST_DAYS} days",
        )
    return days


class RecordingPolicy(Strict):
    """What is recorded of a queue's conversations; ``recording: never`` is short for ``when``.

    Attributes:
        when: Which conversations.
        keep_days: The recording is deleted after so many days; so is a message that a caller
            of the queue leaves.
        after_digits: Seconds after the last digit that the caller keys in a conversation until
            the recording goes on: card numbers and the like are not kept.
    """

    when: Annotated[When, BeforeValidator(_known, json_schema_input_type=When)] = When.ALWAYS
    keep_days: Annotated[int, Days()] = Field(90, alias="keep")
    after_digits: Annotated[float, Length(1, 60)] = 4

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"when": value} if isinstance(value, str) else value
