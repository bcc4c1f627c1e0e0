"""What the demo's people say: English speech, recorded once in the telephone's own form."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from media.wav import RATE_HZ, SAMPLE_BYTES, read_wav

_SOUNDS = Path(__file__).parent / "sounds"
_BREATH = bytes(RATE_HZ * SAMPLE_BYTES * 2)  # two seconds in which the other one may speak


@dataclass(frozen=True, slots=True)
class Voices:
    """Speech as signed 16-bit mono PCM of 8 kHz.

    Attributes:
        caller: What a caller has to say.
        agent: What an agent answers.
        customer_service: A choice of the demo's menu.
        operator: Another.
    """

    caller: bytes
    agent: bytes
    customer_service: bytes
    operator: bytes

    @classmethod
    def load(cls) -> Voices:
        """Read the files."""

        def said(name: str) -> bytes:
            return read_wav(_SOUNDS / f"{name}.wav")

        return cls(
            caller=said("caller") + _BREATH,
            agent=said("agent") + _BREATH,
            customer_service=said("customer-service"),
            operator=said("operator"),
        )
