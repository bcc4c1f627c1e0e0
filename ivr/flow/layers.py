"""A city's base under an organisation: two files as one, in which each value knows its file.

Mappings are merged key by key, everything else is replaced as a whole. A key with nothing behind it
takes away what the base says. Texts of the base in languages that the organisation does not declare
are left out, so that a base may speak more languages than each of its organisations.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ivr.flow.document import Document, Path_, Value
from ivr.flow.problems import Problem
from ivr.flow.skills import LEAST_LEVEL, MOST_LEVEL
from ivr.flow.vocabulary import LANGUAGES

BASE_FILE = "base.yaml"
DEFAULTS = "queue_defaults"
_OWN = ("id", "name")
_LEVELS = [str(level) for level in range(LEAST_LEVEL, MOST_LEVEL + 1)]
"""What stands behind a language where it is somebody's skill."""


def layered(base: Document | None, own: Document) -> Document:
    """What an organisation has in effect.

    Args:
        base: What all of them share; ``None`` where there is no such file.
        own: Its own file, which must hold a mapping for anything to be merged.
    """
    if base is None or not isinstance(base.data, dict) or not isinstance(own.data, dict):
        return _with_defaults(own)
    languages = declared(own) or declared(base)
    woven = own.woven()
    woven.data = _merged(woven, (), base, own, languages)
    return _with_defaults(woven)


def misplaced(base: Document) -> list[Problem]:
    """What stands in the base and cannot be shared."""
    return [
        base.problem(
            base.key_place((key,)),
            f"“{key}” belongs to one organisation",
            "move it to the organisation.yaml that it is meant for",
            code="not_shared",
        )
        for key in _OWN
        if base.holds((key,))
    ]


def declared(document: Document) -> tuple[str, ...] | None:
    """The languages that a file declares, right or wrong as they are; ``None`` for none."""
    languages = document.data.get("languages") if isinstance(document.data, dict) else None
    if not isinstance(languages, list):
        return None
    return tuple(tag for tag in languages if isinstance(tag, str))


def without_languages(
    value: Mapping[str, Value], languages: Collection[str] | None
) -> Mapping[str, Value]:
    """A mapping without what it says in other ``languages``, if it is a text or phrases at all."""
    if languages is None:
        return value
    if _by_language(value):
        return {tag: said for tag, said in value.items() if tag in languages}
    choices = value.get("choices")
    if "language" in value and isinstance(choices, dict):  # keys that choose a language
        kept = {
            key: tag
            for key, tag in choices.items()
            if not isinstance(tag, str) or tag not in LANGUAGES or tag in languages
        }
        return {**value, "choices": kept}
    phrases = value.get("phrases")
    if isinstance(phrases, dict) and _by_language(phrases) and not set(phrases) & set(languages):
        return {key: inner for key, inner in value.items() if key != "phrases"}
    return value


def _by_language(value: Mapping[str, Value]) -> bool:
    return bool(value) and all(
        tag in LANGUAGES and isinstance(said, str | list) and said not in _LEVELS
        for tag, said in value.items()
    )


def _merged(
    woven: Document,
    path: Path_,
    base: Document,
    own: Document,
    languages: Collection[str] | None,
) -> Value:
    """What the two say at ``path``, its places noted in ``woven``."""
    theirs, ours = _at(base, path), _at(own, path)
    first = own if ours is not None else base
    woven.weave(path, first, path)
    if isinstance(theirs, dict):
        theirs = dict(without_languages(theirs, languages))
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return {
            key: _merged(woven, (*path, key), base, own, languages)
            for key in [*theirs, *(key for key in ours if key not in theirs)]
            if not (key in theirs and ours.get(key) == "")
        }
    chosen = theirs if ours is None else ours
    if isinstance(chosen, dict):
        return {key: _merged(woven, (*path, key), base, own, languages) for key in chosen}
    if isinstance(chosen, list):
        for index in range(len(chosen)):
            _weave_all(woven, (*path, index), first, (*path, index), chosen[index])
    return chosen if chosen is not None else ""


def _at(document: Document, path: Path_) -> Value | None:
    here: Value | None = document.data
    for step in path:
        if not isinstance(here, dict) or not isinstance(step, str):
            return None
        here = here.get(step)
    return here


def _weave_all(woven: Document, path: Path_, source: Document, at: Path_, value: Value) -> None:
    woven.weave(path, source, at)
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    if not isinstance(value, str):
        for key, one in inner:
            _weave_all(woven, (*path, key), source, (*at, key), one)


def _with_defaults(document: Document) -> Document:
    """The queues with what they have by default."""
    defaults, queues = document.section(DEFAULTS), document.section("queues")
    if not defaults or not queues or not isinstance(document.data, dict):
        return document
    woven = document.like()
    full: dict[str, Value] = {}
    for name, queue in queues.items():
        full[name] = _defaulted(woven, ("queues", name), (DEFAULTS,), queue, dict(defaults))
    woven.data = {**document.data, "queues": full}
    return woven


def _defaulted(woven: Document, path: Path_, at: Path_, own: Value, default: Value) -> Value:
    if not isinstance(own, dict) or not isinstance(default, dict):
        return own
    full: dict[str, Value] = {}
    for key, value in default.items():
        if key not in own:
            _weave_all(woven, (*path, key), woven, (*at, key), value)
            full[key] = value
        elif own[key] != "":
            full[key] = _defaulted(woven, (*path, key), (*at, key), own[key], value)
    return full | {key: value for key, value in own.items() if key not in default}
