"""Everything that can go wrong on a FastAGI session: one tree, one class a rule.

``code`` is a stable machine string for logs and counters. The message tells a person what happened
and what to do; it never holds what the caller said, dialled or is called.
"""

from __future__ import annotations

from typing import ClassVar


class AgiError(Exception):
    """Base of all errors of this package."""

    code: ClassVar[str] = "agi.error"


class AgiHungUp(AgiError):
    """The caller is gone. Nothing is wrong; end the work for this call."""

    code: ClassVar[str] = "agi.hung_up"

    def __init__(self, message: str = "The channel has hung up; end the work for this call."):
        super().__init__(message)


class AgiDeadChannel(AgiHungUp):
    """Answer 511: Asterisk does not permit this command on a channel that has hung up."""

    code: ClassVar[str] = "agi.dead_channel"

    def __init__(self, verb: str):
        super().__init__(f"{verb} is not permitted on a channel that has hung up.")


class AgiDisconnected(AgiHungUp):
    """The connection to Asterisk is closed: nothing can be asked of the channel any more."""

    code: ClassVar[str] = "agi.disconnected"

    def __init__(self) -> None:
        super().__init__("Asterisk has closed the session; the dialplan decides what comes next.")


class AgiTimedOut(AgiError):
    """A command got no answer within its limit; the session is closed.

    Answers carry no number: a late one could be taken for the answer to another command.
    """

    code: ClassVar[str] = "agi.timed_out"

    def __init__(self, verb: str):
        super().__init__(
            f"Asterisk did not answer {verb} in time; give a longer limit_s if it may take longer."
        )


class AgiSilentPeer(AgiError):
    """A peer connected and did not finish its greeting within the limit."""

    code: ClassVar[str] = "agi.silent_peer"

    def __init__(self) -> None:
        super().__init__("The peer did not send its environment in time; is it Asterisk?")


class AgiProtocolError(AgiError):
    """The peer sent what no Asterisk sends (or a bound was passed). The session is closed."""

    code: ClassVar[str] = "agi.protocol"


class AgiInvalidCommand(AgiError):
    """Answer 510: this Asterisk does not know the command."""

    code: ClassVar[str] = "agi.invalid_command"

    def __init__(self, verb: str):
        super().__init__(f"Asterisk does not know {verb}; is the module behind it loaded?")


class AgiUsage(AgiError):
    """Answer 520: the arguments do not fit the command.

    Attributes:
        usage: What Asterisk says of the right use, several lines.
    """

    code: ClassVar[str] = "agi.usage"

    def __init__(self, verb: str, usage: str):
        super().__init__(f"Asterisk refused the arguments of {verb}; see its usage text.")
        self.usage = usage


class AgiResultError(AgiError):
    """The command was tried and failed (``result=-1`` and the like) on a channel that lives.

    Attributes:
        result: The result as Asterisk gave it.
    """

    code: ClassVar[str] = "agi.result"

    def __init__(self, verb: str, result: str, hint: str = "see Asterisk's log."):
        super().__init__(f"{verb} failed with result {result}; {hint}")
        self.result = result


class AgiBadArgument(AgiError):
    """An argument that cannot be said in AGI, refused before anything is sent."""

    code: ClassVar[str] = "agi.bad_argument"


class AgiBusy(AgiError):
    """A second task sent a command while the first one's answer was still to come."""

    code: ClassVar[str] = "agi.busy"

    def __init__(self, verb: str):
        super().__init__(f"{verb} was sent while another command of this session is in hand.")


class AgiUnknownPath(AgiError):
    """The dialplan asked for a path that no handler serves."""

    code: ClassVar[str] = "agi.unknown_path"

    def __init__(self) -> None:
        super().__init__("No handler serves this agi:// path; compare the dialplan with the app.")


class AgiRefused(AgiError):
    """The bound on sessions is reached, or the server is draining: closed at once."""

    code: ClassVar[str] = "agi.refused"

    def __init__(self, limit: int):
        super().__init__(
            f"All {limit} sessions are taken; the call goes on in the dialplan. "
            "Raise agi.max_sessions or add a controller."
        )
