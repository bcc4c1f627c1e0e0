"""What can go wrong on a telephone: one class a rule, each with a sentence for a person."""

from __future__ import annotations

from typing import ClassVar


class SoftphoneError(Exception):
    """Base of this module's errors; the message is a sentence for a person."""

    code: ClassVar[str] = "softphone"


class NotRegistered(SoftphoneError):
    """The server did not take the phone's registration."""

    code = "not_registered"


class CallNotAnswered(SoftphoneError):
    """A call was refused, failed, or nobody answered.

    Attributes:
        status: The SIP status, ``None`` when none came.
    """

    code = "call_not_answered"

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class TransferRefused(SoftphoneError):
    """The other side was not connected with somebody else; the call goes on.

    Attributes:
        status: The SIP status that was told, ``None`` when none was.
    """

    code = "transfer_refused"

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class LineClosed(SoftphoneError):
    """The line is closed; nothing can be done on it any more."""

    code = "line_closed"
