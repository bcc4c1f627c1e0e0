"""What is sent to Asterisk: one action as bytes, and nothing but that one action."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from wire.ami.errors import AmiInjectionRefused, AmiLineTooLong
from wire.ami.frames import Frame

Fields = Mapping[str, str | Iterable[str]]
"""Header names and values of an action; a value that is not text is one header for each item."""

# Asterisk 22 reads 1,024 bytes a line with its end and drops a longer message as a whole, with an
# error that may lack the ActionID, so that the action would look unanswered.
MAX_LINE = 1_020
_LINE_ENDS = ("\r", "\n", "\0")


@dataclass(frozen=True, slots=True)
class Answer:
    """What Asterisk answered to one action.

    Attributes:
        response: The answer itself.
        events: The entries of a list, in order, without the final ``…Complete``.
    """

    response: Frame
    events: tuple[Frame, ...] = ()

    @property
    def success(self) -> bool:
        """Whether Asterisk did what was asked."""
        return self.response.get("Response") in ("Success", "Follows", "Goodbye")


def encode(fields: Fields) -> bytes:
    r"""The bytes of one action; its name is the field ``Action``.

    Raises:
        AmiInjectionRefused: A name or value holds CR, LF or NUL, or a name is empty or holds a
            colon. The value is not repeated in the error: it may be a secret.
        AmiLineTooLong: A header has more than ``MAX_LINE`` bytes.
    """
    return "".join(_lines(fields)).encode("utf-8", "replace") + b"\r\n"


def _lines(fields: Fields) -> Iterator[str]:
    for name, given in fields.items():
        if not name or ":" in name or any(end in name for end in _LINE_ENDS):
            raise AmiInjectionRefused(
                f"{name!r} is no header name of AMI; use letters, digits and hyphens."
            )
        for value in (given,) if isinstance(given, str) else given:
            if any(end in value for end in _LINE_ENDS):
                raise AmiInjectionRefused(
                    f"The value of {name} holds a line end or NUL; remove it before sending."
                )
            line = f"{name}: {value}\r\n"
            if len(line.encode("utf-8", "replace")) > MAX_LINE:
                raise AmiLineTooLong(
                    f"The header {name} has more than {MAX_LINE} bytes; Asterisk reads no more."
                )
            yield line
