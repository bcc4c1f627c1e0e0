"""What a reload of the call trees says and needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ivr.flow.load import Catalogue
from ivr.live.survey import Part
from ivr.prompts.prompting import Heard


class Outcome(StrEnum):
    """What came of a reload."""

    CHANGED = "changed"  # calls get something new
    UNCHANGED = "unchanged"
    REFUSED = "refused"  # an organisation's files cannot be used; others may have changed
    UNSETTLED = "unsettled"  # they are being written all the time


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an organisation goes on with the version before.

    Attributes:
        version: Hash of the files that are refused, ``""`` where there are none.
        sentence: What is wrong and where, for a person.
    """

    version: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What calls of one organisation get.

    Attributes:
        part: The organisation, its trees and files.
        since_ms: Epoch; since then.
    """

    part: Part
    since_ms: int


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What a reload has done.

    Attributes:
        outcome: In a word.
        changed: The new version of each organisation that has one.
        refused: What is wrong with each that goes on with the version before.
        settled: Whether all files stood still; else look again soon.
    """

    outcome: Outcome
    changed: Mapping[str, str]
    refused: Mapping[str, str]
    settled: bool = True


class Needs(Protocol):
    """What must be ready before calls get something new."""

    async def render(self, catalogue: Catalogue) -> Heard:
        """Have all that call trees say ready to be heard, and recordings as they lie there.

        Raises:
            MediaError: A text cannot be spoken.
        """

    def prepare(self, catalogue: Catalogue) -> None:
        """Make what else an organisation needs; may take a while, not on the event loop.

        Raises:
            PlatformError: It cannot be made.
        """

    def adopt(self, catalogue: Catalogue) -> None:
        """Serve new calls by it from now on. It must not fail half-way."""
