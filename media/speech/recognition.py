"""What is listened for, and what is heard: between the session, the pool and its workers."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final, Self

LONGEST_MS: Final = 15_000
"""Who speaks for so long does not choose from a menu; it may also be noise."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a caller may say now.

    Attributes:
        language: BCP 47 primary tag, one that is installed.
        phrases: As they were given; the answer repeats one of them. With none of them it is
            whatever is said.
        codec: How the audio comes, a key of :data:`media.speech.pcm.DECODERS`.
        longest_ms: The longest utterance; what is said after it is not heard.
    """

    language: str
    phrases: tuple[str, ...]
    codec: str
    longest_ms: int = LONGEST_MS

    def to_wire(self) -> bytes:
        """As JSON."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_wire(cls, data: bytes) -> Self:
        """What :meth:`to_wire` wrote."""
        held: dict[str, Any] = json.loads(data)
        return cls(**{**held, "phrases": tuple(held["phrases"])})


class Kind(StrEnum):
    """What was heard."""

    BEGAN = "began"  # an utterance has begun; one of the others will follow
    MATCH = "match"
    NO_MATCH = "no_match"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that Asterisk is to be told.

    Attributes:
        kind: What.
        text: The phrase of a match as it was given, or the words that were said freely; the error's
            code of a failure; else ``""``.
        confidence: Of a match, 1 to 100; else 0.
    """

    kind: Kind
    text: str = ""
    confidence: int = 0

    def to_wire(self) -> bytes:
        """As JSON."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_wire(cls, data: bytes) -> Self:
        """What :meth:`to_wire` wrote."""
        held: dict[str, Any] = json.loads(data)
        return cls(**{**held, "kind": Kind(held["kind"])})
