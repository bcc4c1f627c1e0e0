"""A YAML file as plain data in which every key and value knows its line and column.

The data is built from a parser's *events*, never by its constructors, so nothing in a file can
name a Python object, and nesting costs no stack. libyaml parses, because it is fifteen times as
fast; where it refuses a file, ruamel.yaml says why: its sentences and places are better. Every
scalar is text, whether quoted or not; what a text means (a number, a length of time, a name) is
decided by the model that reads it. So ``no``, ``010`` and ``08:00`` stay what the admin wrote.
Anchors, aliases, tags and several documents in one file are refused: they bring surprises (and
alias bombs) and a call tree needs none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from ivr.flow.places import Document, Path_, Place, Value
from ivr.flow.problems import shown

__all__ = ["MAX_BYTES", "MAX_DEPTH", "Document", "Path_", "Place", "Value", "read"]

MAX_BYTES = 512 * 1024  # a tree of 1,000 nodes takes 200 KiB; to say what is wrong takes seconds
MAX_DEPTH = 20

_TOO_DEEP = "exceeded maximum nesting depth"  # libyaml's word for a thousand levels

_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # as both parsers count lines
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_BYTE_ORDER_MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}


_TOP = Place(1, 1)


class _Refused(Exception):
    def __init__(self, place: Place, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.place, self.message, self.advice = place, message, advice


def _unspeakable(place: Place, character: str) -> _Refused:
    return _Refused(place, f"the text holds the character U+{ord(character):04X}", "remove it")


def read(file: Path) -> Document:
    """The file as data. Whatever its bytes, what is wrong is in ``problems``; nothing is raised."""
    document = Document(file)
    try:
        text = _decoded(_bytes(file))
        document._lines = _LINE_END.split(text)
        _Builder(document).build(text)
    except _Refused as refused:
        document.data = None
        document.problems.append(document.problem(refused.place, refused.message, refused.advice))
    return document


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _Refused(_TOP, f"the file cannot be read ({reason})") from error
    if len(raw) > MAX_BYTES:
        raise _Refused(
            _TOP,
            f"the file is bigger than {MAX_BYTES // 1024} KiB",
            "split the tree over several files",
        )
    return raw


def _decoded(raw: bytes) -> str:
    for mark, name in _BYTE_ORDER_MARKS.items():
        if raw.startswith(mark):
            raise _Refused(_TOP, f"the file is written in {name}", "save it as UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8", "replace")
        place = _after(before)
        wrong = error.object[error.start]
        raise _Refused(
            place, f"byte 0x{wrong:02x} is not UTF-8 text", "save the file as UTF-8"
        ) from error


def _after(text: str) -> Place:
    lines = _LINE_END.split(text)
    return Place(len(lines), len(lines[-1]) + 1)


@dataclass(slots=True)
class _Open:
    """A collection whose end has not been read yet; ``key`` waits for its value."""

    path: Path_
    into: dict[str, Value] | list[Value]
    key: str | None = None
    kept: bool = True


class _Builder:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._open: list[_Open] = []
        self._documents = 0

    def build(self, text: str) -> None:
        for event in _events(text):
            mark = event.start_mark
            place = Place(mark.line + 1, mark.column + 1)
            kind = type(event)
            if kind is ScalarEvent:
                self._refuse_decoration(event, place)
                self._scalar(event.value, self._where_written(event, place))
            elif kind is MappingStartEvent:
                self._refuse_decoration(event, place)
                self._begin({}, place)
            elif kind is SequenceStartEvent:
                self._refuse_decoration(event, place)
                self._begin([], place)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self._open.pop()
            elif kind is AliasEvent:
                raise _Refused(place, "aliases (*name) are not used here", "write it out")
            elif kind is DocumentStartEvent:
                self._documents += 1
                if self._documents > 1:
                    raise _Refused(
                        place,
                        "a second document begins here",
                        "remove the line “---”, or move what follows to a file of its own",
                    )
        if self._document.data is None:
            raise _Refused(_TOP, "the file is empty")

    @staticmethod
    def _refuse_decoration(
        event: ScalarEvent | MappingStartEvent | SequenceStartEvent, place: Place
    ) -> None:
        if event.anchor:
            raise _Refused(place, "anchors (&name) are not used here", "remove it")
        if event.tag:
            raise _Refused(
                place, "tags (!name) are not used here", "remove it; the text alone is enough"
            )

    def _where_written(self, event: ScalarEvent, place: Place) -> Place:
        """The place of a scalar; nothing at all stands where its key stands."""
        if event.value or event.style or not self._open or self._open[-1].key is None:
            return place
        top = self._open[-1]
        return self._document._keys.get((*top.path, top.key or ""), place)

    def _scalar(self, value: str, place: Place) -> None:
        if wrong := _UNSPEAKABLE.search(value):
            raise _unspeakable(place, wrong[0])
        top = self._open[-1] if self._open else None
        if top is not None and isinstance(top.into, dict) and top.key is None:
            self._key(top, value, place)
        else:
            self._put(value, place)

    def _key(self, top: _Open, key: str, place: Place) -> None:
        path = (*top.path, key)
        if path in self._document._keys and top.kept:
            first = self._document._keys[path]
            where = f"{shown(self._document.file)}:{first.line}:{first.column}"
            self._document.problems.append(
                self._document.problem(
                    place, f"“{key}” is given twice", f"the first is at {where}; keep one of them"
                )
            )
        elif top.kept:
            self._document._keys[path] = place
        top.key = key

    def _begin(self, into: dict[str, Value] | list[Value], place: Place) -> None:
        if len(self._open) == MAX_DEPTH:
            raise _Refused(place, f"the nesting is deeper than {MAX_DEPTH} levels")
        top = self._open[-1] if self._open else None
        if top is not None and isinstance(top.into, dict) and top.key is None:
            raise _Refused(
                place,
                "a key must be a plain text",
                "put quotes round a text that begins with { or [",
            )
        path, kept = self._put(into, place)
        self._open.append(_Open(path, into, kept=kept))

    def _put(self, value: Value, place: Place) -> tuple[Path_, bool]:
        """Store a value where it belongs; the second value of a key is read but not kept."""
        if not self._open:
            self._document.data = value
            self._document._values[()] = place
            return (), True
        top = self._open[-1]
        if isinstance(top.into, list):
            path, kept = (*top.path, len(top.into)), top.kept
            top.into.append(value)
        else:
            key = top.key or ""
            path, kept = (*top.path, key), top.kept and key not in top.into
            if kept:
                top.into[key] = value
            top.key = None
        if kept:
            self._document._values[path] = place
        return path, kept


def _events(text: str) -> Iterator[Event]:
    """The parser's events; its errors become refusals with a place."""
    told = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            yield event
            told += 1
    except yaml.YAMLError as error:
        if getattr(error, "problem", "") == _TOO_DEEP:
            # It looks a thousand levels ahead; in what stands before, the one too many is found.
            before = yaml.parse(text[: error.problem_mark.index - 1], Loader=yaml.CSafeLoader)
            yield from islice(before, told, None)
        _refuse(text)
        # the two do not agree on every odd file
        mark = getattr(error, "problem_mark", None)
        place = Place(mark.line + 1, mark.column + 1) if mark else _TOP
        raise _Refused(place, f"this is not YAML: {getattr(error, 'problem', '')}") from error


def _refuse(text: str) -> None:
    """Say what is wrong with a file that cannot be parsed."""
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            if wrong := _UNSPEAKABLE.search(getattr(event, "value", None) or ""):
                place = Place(event.start_mark.line + 1, event.start_mark.column + 1)
                raise _unspeakable(place, wrong[0])
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else _TOP
        said = (error.problem or error.context or "it cannot be parsed").replace("\n", " ")
        raise _Refused(
            place,
            f"this is not YAML: {said}",
            "look at the indentation, and put quotes round a text that holds “: ” or “ #”",
        ) from error
    except ReaderError as error:
        raise _Refused(
            _after(text[: error.position]),
            f"the file holds the character U+{ord(text[error.position]):04X}",
            "remove it",
        ) from error
    except (YAMLError, ValueError, IndexError, AttributeError) as error:
        # ValueError and its like: the parser's own slips on odd input, such as %YAML 1.x.
        raise _Refused(_TOP, "this is not YAML") from error
