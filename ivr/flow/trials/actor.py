"""The caller of a test: does what it says, and remembers what happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ivr.flow.call import CallerHungUp, MessageRequest, QueueOutcome, QueueRequest, Utterance
from ivr.flow.memory import MESSAGE_SECONDS, SILENCE
from ivr.flow.organisation import Organisation
from ivr.flow.skills import told
from ivr.flow.trace import Observed
from ivr.flow.tree import Path_
from ivr.flow.trials.acts import Act, Does
from ivr.flow.trials.given import HUNG_UP, Given

_WAITS = {
    QueueOutcome.TALKED.value: "an agent answers",
    QueueOutcome.NOBODY.value: "nobody is logged in",
    QueueOutcome.TIMED_OUT.value: "nobody answers in time",
    QueueOutcome.FULL.value: "it is full",
    QueueOutcome.LONG_WAIT.value: "too long a wait is expected",
    QueueOutcome.CLOSED.value: "it closes",
    QueueOutcome.CALLED_BACK.value: "asks to be called back",
    HUNG_UP: "hangs up",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as a test wants it.

    Attributes:
        path: Keys below the test to the place that wants it.
        message: What is wrong, a sentence without full stop.
        advice: What to do, or what comes nearest.
    """

    path: Path_
    message: str
    advice: str = ""


class Actor:
    """Acts as a test says, and hangs up when it says no more (:class:`ivr.flow.memory.Person`).

    Attributes:
        story: What happened, a line each: what the caller heard and did.
        impossible: What the test wants and the tree does not allow; the caller hangs up there.
    """

    def __init__(self, given: Given, acts: Sequence[Act], organisation: Organisation) -> None:
        self._given = given
        self._acts = acts
        self._organisation = organisation
        self._done = 0
        self._rides: Counter[str] = Counter()
        self._node = ""
        self.story: list[str] = []
        self.impossible: list[Finding] = []

    @property
    def next_act(self) -> int:
        """Index of the first act that there was no time for; their number when all are done."""
        return self._done

    async def notices(self, what: Observed) -> None:
        """The call has come to a node (:data:`ivr.flow.trace.Observer`)."""
        self._node = what.node

    def where(self) -> str:
        """The node that the call is at."""
        return self._node

    def hears(self, utterance: Utterance) -> None:
        """Remember it."""
        self._tell(f"{utterance.language}: {utterance.text}")

    def presses(self, wait: float) -> str:
        """The keys of the next act; words are silence where nobody listens to words."""
        act = self._next()
        if act.does is Does.PRESS:
            self._tell(f"(presses {act.what})")
            return act.what
        if act.does is Does.SILENCE:
            self._tell(f"(stays silent for {wait:g} s)")
        else:
            self._tell(f"({act}: only keys count here)")
        return SILENCE

    def answers(self, phrases: Sequence[str], wait: float) -> str:
        """The words of the next act, or its keys."""
        if self._done < len(self._acts) and self._acts[self._done].does is Does.SAY:
            words = self._next().what
            self._tell(f"(says “{words}”)")
            return words
        return self.presses(wait)

    def rides(self, request: QueueRequest) -> QueueOutcome:
        """The wait ends as the test gives it."""
        queue = request.queue
        given = self._given.queues.get(queue, (QueueOutcome.TALKED.value,))
        ride = given[min(self._rides[queue], len(given) - 1)]
        self._rides[queue] += 1
        asked = f", {told(request.require[0].skills)}" if request.require else ""
        if request.prefer is not None:
            asked += f", at first agent {request.prefer.agent}"
        self._tell(f"(waits in the queue “{queue}”{asked}: {_WAITS.get(ride, ride)})")
        if ride == HUNG_UP:
            raise CallerHungUp
        if ride == QueueOutcome.TIMED_OUT and request.max_wait is None:
            self._refuse(
                ("given", "queues", queue),
                f"at the node “{self._node}” the wait in the queue “{queue}” never ends by itself",
                "give the node a “max_wait”, or let the wait end in another way",
            )
        if ride == QueueOutcome.CLOSED and self._organisation.queues[queue].hours is None:
            self._refuse(
                ("given", "queues", queue),
                f"at the node “{self._node}” the queue “{queue}” never closes",
                "give the queue “hours”, or let the wait end in another way",
            )
        if ride == QueueOutcome.LONG_WAIT and request.max_estimate is None:
            self._refuse(
                ("given", "queues", queue),
                f"at the node “{self._node}” no wait for the queue “{queue}” is too long",
                "give the node a “max_estimate”, or let the wait end in another way",
            )
        if ride == QueueOutcome.CALLED_BACK and self._organisation.queues[queue].callback is None:
            self._refuse(
                ("given", "queues", queue),
                f"the queue “{queue}” calls nobody back",
                "give the queue a “callback”, or let the wait end in another way",
            )
        return QueueOutcome(ride)

    def speaks(self, request: MessageRequest) -> float:
        """A message, unless the next act is silence or the end of the call."""
        seconds = MESSAGE_SECONDS
        if self._done < len(self._acts):
            does = self._acts[self._done].does
            if does in (Does.SILENCE, Does.SPEAK, Does.HANG_UP):
                seconds = self._next().seconds
        seconds = min(seconds, request.max_seconds)
        what = f"leaves a message of {seconds:g} s" if seconds else "leaves no message"
        self._tell(f"({what} in “{request.mailbox}”)")
        return seconds

    def _next(self) -> Act:
        """The next act.

        Raises:
            CallerHungUp: It is to hang up, or there is none.
        """
        if self._done == len(self._acts):
            self._tell("(the test says nothing more, and the caller hangs up)")
            raise CallerHungUp
        act = self._acts[self._done]
        self._done += 1
        if act.does is Does.HANG_UP:
            self._tell("(hangs up)")
            raise CallerHungUp
        return act

    def _refuse(self, path: Path_, message: str, advice: str) -> None:
        self.impossible.append(Finding(path, message, advice))
        raise CallerHungUp

    def _tell(self, what: str) -> None:
        self.story.append(f"{self._node}: {what}")
