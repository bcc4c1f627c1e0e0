"""The telephone of ``vaxel call``: what is said appears as text, what is typed are keys."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from ivr.flow.call import CallerHungUp, MessageRequest, QueueOutcome, QueueRequest, Utterance
from ivr.flow.memory import HANG_UP, MESSAGE_SECONDS, QUEUE_KEYS, Person
from ivr.flow.skills import told
from ivr.flow.vocabulary import KEYS

_OUTCOMES = {
    QueueOutcome.TALKED: "an agent answers, talks and hangs up",
    QueueOutcome.NOBODY: "nobody is logged in",
    QueueOutcome.TIMED_OUT: "nobody answers in time",
    QueueOutcome.FULL: "the queue is full",
    QueueOutcome.LONG_WAIT: "too long a wait is expected",
    QueueOutcome.CLOSED: "the queue is closed",
    QueueOutcome.CALLED_BACK: "keeps the place and will be called back",
}


def ask(question: str) -> str:
    """One line from the person at the terminal; the end of input is a hang-up.

    Raises:
        CallerHungUp: They hung up, in whichever way.
    """
    try:
        line = input(f"    {question} > ").strip()
    except (EOFError, KeyboardInterrupt) as gone:
        print()  # the line of the question is still open
        raise CallerHungUp from gone
    if line == HANG_UP:
        raise CallerHungUp
    return line


class Terminal:
    """Somebody at a keyboard, asked at every turn (:class:`~ivr.flow.memory.Person`)."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def hears(self, utterance: Utterance) -> None:
        """Nothing to decide."""

    def presses(self, wait: float) -> str:
        """Keys, or Enter alone for silence."""
        while True:
            keys = ask(f"keys, Enter = {wait:g} s of silence, h = hang up")
            if all(key in KEYS for key in keys):
                return keys
            self._console.print("    a telephone has the keys 0–9, * and #")

    def answers(self, phrases: Sequence[str], wait: float) -> str:
        """Whatever is typed: all keys, or words."""
        return ask(f"keys or words, Enter = {wait:g} s of silence, h = hang up")

    def rides(self, request: QueueRequest) -> QueueOutcome:
        """What shall happen in the queue."""
        choices = "a = an agent answers, n = nobody is logged in, c = be called back"
        if request.max_wait is not None:
            choices += f", t = wait {request.max_wait:g} s in vain"
        while True:
            act = ask(f"{choices}, h = hang up") or "a"
            outcome = QUEUE_KEYS.get(act)
            if outcome is QueueOutcome.TIMED_OUT and request.max_wait is None:
                outcome = None
            if outcome is not None:
                return outcome
            self._console.print("    that cannot happen here")

    def speaks(self, request: MessageRequest) -> float:
        """A message is whatever is typed."""
        said = ask("message, Enter = say nothing, h = hang up")
        return min(MESSAGE_SECONDS, request.max_seconds) if said else 0.0


class Narrated:
    """A person whose call is told on the terminal."""

    def __init__(self, person: Person, console: Console) -> None:
        self._person = person
        self._console = console

    def hears(self, utterance: Utterance) -> None:
        """Show what is said and in which language."""
        self._console.print(Text.assemble((f"{utterance.language}  ", "cyan"), utterance.text))
        self._person.hears(utterance)

    def presses(self, wait: float) -> str:
        """Show the keys."""
        keys = self._person.presses(wait)
        self._tell(f"pressed {keys}" if keys else f"{wait:g} s of silence")
        return keys

    def answers(self, phrases: Sequence[str], wait: float) -> str:
        """Show the words or keys, and what else could have been said."""
        answer = self._person.answers(phrases, wait)
        if set(answer) <= set(KEYS):
            self._tell(f"pressed {answer}" if answer else f"{wait:g} s of silence")
        else:
            wanted = ", ".join(phrases) or "whatever is said"
            self._tell(f"said “{answer}”; listened for: {wanted}")
        return answer

    def rides(self, request: QueueRequest) -> QueueOutcome:
        """Show the queue and how the wait ends."""
        self._tell(f"waits in the queue “{request.queue}”, language {request.language}")
        for step in request.require:
            since = f" after {step.after:g} s" if step.after else ""
            self._tell(f"requires{since}: {told(step.skills) or 'anybody of the queue'}")
        if request.prefer is not None:
            agent, seconds = request.prefer.agent, request.prefer.seconds
            self._tell(f"prefers agent {agent} for {seconds:g} s")
        outcome = self._person.rides(request)
        self._tell(_OUTCOMES[outcome])
        return outcome

    def speaks(self, request: MessageRequest) -> float:
        """Show the mailbox and the message's length."""
        self._tell(f"beep; mailbox “{request.mailbox}”")
        seconds = self._person.speaks(request)
        self._tell(f"a message of {seconds:g} s" if seconds else "no message")
        return seconds

    def _tell(self, what: str) -> None:
        self._console.print(Text(f"    {what}", "dim"))
