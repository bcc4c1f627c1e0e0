"""What a process of the recorder's and whoever runs it tell each other: one JSON object a line."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Line:
    """Something told."""

    def line(self) -> str:
        """As it is sent."""
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def of(cls, line: str | bytes) -> Self:
        """As it is read."""
        return cls(**json.loads(line))
