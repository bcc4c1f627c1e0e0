"""What can go wrong on the AMI link: one class a rule, each with a stable code."""

from __future__ import annotations

from typing import ClassVar


class AmiError(Exception):
    """Base of every error of ``wire.ami``; the message tells a person what to do."""

    code: ClassVar[str] = "ami.error"


class AmiUnreachable(AmiError):
    """No TCP connection, or no answer to the login in time."""

    code = "ami.unreachable"


class AmiProtocolError(AmiError):
    """What arrives is not AMI: no greeting of Asterisk, or a frame without end."""

    code = "ami.protocol"


class AmiLoginRefused(AmiError):
    """Asterisk does not take the user name or secret."""

    code = "ami.login_refused"


class AmiNotConnected(AmiError):
    """An action was asked for while no connection is logged in."""

    code = "ami.not_connected"


class AmiConnectionLost(AmiError):
    """The connection ended, also for actions that were still waiting for their answer."""

    code = "ami.connection_lost"


class AmiPeerSilent(AmiConnectionLost):
    """The connection stands but Asterisk no longer answers; it is given up for a new one."""

    code = "ami.peer_silent"


class AmiActionTimedOut(AmiError):
    """Asterisk did not answer an action within its time limit; it may still have been done."""

    code = "ami.action_timed_out"


class AmiActionFailed(AmiError):
    """Asterisk answered an action with an error.

    Attributes:
        action: Name of the action.
        message: Asterisk's own words, ``""`` if it gave none.
    """

    code = "ami.action_failed"

    def __init__(self, action: str, message: str) -> None:
        words = message.rstrip(".") or "no reason given"
        super().__init__(f"Asterisk refused the action {action}: {words}.")
        self.action = action
        self.message = message


class AmiInjectionRefused(AmiError):
    """A name or value would have become a line of its own on the wire; nothing was sent."""

    code = "ami.injection_refused"


class AmiResyncFailed(AmiError):
    """A connection was given up because the state could not be read anew after the login."""

    code = "ami.resync_failed"


class AmiLineTooLong(AmiError):
    """A header is longer than Asterisk reads; nothing was sent."""

    code = "ami.line_too_long"
