"""What is counted of one batch: a stretch of time long enough to stand for itself, e.g. a day."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Counts of the contacts that *arrived* in a batch, and of agents' time within it.

    Times are whole milliseconds. Offered is the sum of answered, abandoned and left. Waiting is
    from the arrival in the queue to the answer, the phone's ringing included.

    Attributes:
        offered: Arrived.
        answered: Came to talk.
        answered_in_time: Of them within the threshold.
        abandoned: Hung up while waiting.
        abandoned_in_time: Of them within the threshold.
        left: Were in line, or came, when nobody was on duty.
        answered_wait_ms: Sum over the answered.
        abandoned_wait_ms: Sum over the abandoned.
        handled_ms: Talk and after-call work of the answered.
        waits_ms: Each wait of an answered contact.
        busy_ms: Agents' time in conversation or after-call work.
        present_ms: Agents' time on duty, whatever they did.
    """

    offered: int = 0
    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    abandoned_in_time: int = 0
    left: int = 0
    answered_wait_ms: int = 0
    abandoned_wait_ms: int = 0
    handled_ms: int = 0
    waits_ms: array[int] = field(default_factory=lambda: array("q"))
    busy_ms: int = 0
    present_ms: int = 0

    def answer(self, waited_ms: int, threshold_ms: int) -> None:
        """One was answered."""
        self.answered += 1
        self.answered_in_time += waited_ms <= threshold_ms
        self.answered_wait_ms += waited_ms
        self.waits_ms.append(waited_ms)

    def abandon(self, waited_ms: int, threshold_ms: int) -> None:
        """One hung up."""
        self.abandoned += 1
        self.abandoned_in_time += waited_ms <= threshold_ms
        self.abandoned_wait_ms += waited_ms
