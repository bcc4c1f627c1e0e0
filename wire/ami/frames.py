"""AMI framing without a socket: bytes in, frames out.

AMI sends blocks of ``Name: value`` lines, CRLF ended, each block ended by an empty line. Most of
what a busy Asterisk sends is of no interest, so the name on the first line is looked at before
anything else, and an event that nobody wants costs one search and never becomes an object. An
event that somebody wants keeps its text as it came: a value is found in it when it is asked for,
which for the few values that a handler reads is many times cheaper than a dictionary of all.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from wire.ami.errors import AmiProtocolError

GREETING = b"Asterisk Call Manager/"
MAX_FRAME = 1 << 20
_EVENT = "Event: "
_ACTION_ID = "\r\nActionID: "


class Frame:
    """One event or one answer of Asterisk.

    Header names are compared exactly, as Asterisk writes them. Treat as immutable; it is a plain
    slotted class because a frozen dataclass takes several times longer to make, and one is made
    for every event of every call.

    Attributes:
        name: Name of the event (``"DialEnd"``), ``""`` for the answer to an action.
        text: All lines, joined by CRLF, without the empty line at the end. Personal data.
    """

    __slots__ = ("name", "text")

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text

    def get(self, key: str, default: str = "") -> str:
        """The value of a header, of the first one if it is repeated."""
        text = self.text
        head = key + ": "
        if text.startswith(head):
            start = len(head)
        else:
            start = text.find("\r\n" + head)
            if start < 0:
                return default
            start += len(head) + 2
        end = text.find("\r\n", start)
        return text[start:] if end < 0 else text[start:end]

    def all(self, key: str) -> tuple[str, ...]:
        """Every value of a header that may be repeated (``ChanVariable``, ``Output``)."""
        return tuple(value for name, value in self.items() if name == key)

    def items(self) -> Iterator[tuple[str, str]]:
        """Every line as name and value; a line without ``": "`` is a name with an empty value."""
        for line in self.text.split("\r\n"):
            name, _, value = line.partition(": ")
            yield name, value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Frame) and (self.name, self.text) == (other.name, other.text)

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        """Name and size only: the text holds callers' numbers and must not reach a log."""
        return f"<Frame {self.name or 'answer'}, {len(self.text)} characters>"


class FrameDecoder:
    """Cuts the byte stream of one connection into frames; how it is split makes no difference.

    Bytes that are not UTF-8 become U+FFFD and never raise. Frames are cut before they are decoded,
    so a letter whose bytes arrive in two reads stays whole.

    Attributes:
        version: AMI version of the greeting, ``""`` until it has arrived.
        events: Events seen, wanted or not.
        correlate: Keep unwanted events too if they belong to an action (carry an ``ActionID``).
            Looking for it costs as much as all the rest, so it is set only while an action waits.
    """

    def __init__(self, wanted: Container[str], *, max_frame: int = MAX_FRAME) -> None:
        """Begin at the start of a connection.

        Args:
            wanted: Names of the events to keep; may change while in use. Answers are always kept.
            max_frame: Bytes of the longest frame.
        """
        self.version = ""
        self.events = 0
        self.correlate = False
        self._wanted = wanted
        self._max_frame = max_frame
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """Take the next bytes and return the frames that they complete, in order.

        Raises:
            AmiProtocolError: The peer is not an Asterisk manager, or a frame has more than
                ``max_frame`` bytes. The connection is then of no further use.
        """
        buffer = self._buffer
        unsearched = max(0, len(buffer) - 3)  # an end mark may have begun three bytes ago
        buffer += data
        if not self.version:
            if not self._greet():
                return []
            unsearched = 0
        cut = buffer.rfind(b"\r\n\r\n", unsearched)
        if cut < 0:
            self._check_length(len(buffer))
            return []
        if cut > self._max_frame:
            self._check_length(max(map(len, buffer[:cut].split(b"\r\n\r\n"))))
        text = buffer[:cut].decode("utf-8", "replace")
        del buffer[: cut + 4]
        self._check_length(len(buffer))
        parts = text.split("\r\n\r\n")
        # Of three line ends in a row the last two were cut off as the end mark.
        parts[-1] = parts[-1].removesuffix("\r\n")
        return self._keep(parts)

    def _keep(self, parts: list[str]) -> list[Frame]:
        wanted, correlate = self._wanted, self.correlate
        frames = []
        self.events += len(parts)
        for part in parts:
            if not part.startswith(_EVENT):
                part = part.removeprefix("\r\n")  # noqa: PLW2901 - a stray line end before a frame
                if not part.startswith(_EVENT):
                    self.events -= 1
                    if part:
                        frames.append(Frame("", part))
                    continue
            end = part.find("\r\n", 7)
            name = part[7:end] if end > 0 else part[7:]
            if name in wanted or (correlate and _ACTION_ID in part):
                frames.append(Frame(name, part))
        return frames

    def _greet(self) -> bool:
        """Take the greeting line off the buffer; ``False`` while it is not complete."""
        line, end, rest = self._buffer.partition(b"\r\n")
        if (
            not line.startswith(GREETING[: len(line)])
            or len(line) > 100
            or (end and b"/" not in line)
        ):
            raise AmiProtocolError(
                "The peer does not greet as an Asterisk manager; check host and port of AMI."
            )
        if not end:
            return False
        self.version = line[len(GREETING) :].decode("utf-8", "replace") or "unknown"
        self._buffer[:] = rest
        return True

    def _check_length(self, length: int) -> None:
        if length > self._max_frame:
            raise AmiProtocolError(
                f"Asterisk sent a frame of more than {self._max_frame} bytes; "
                "the connection is given up for a new one."
            )
