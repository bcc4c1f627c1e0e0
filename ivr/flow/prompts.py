"""Every text of an installation by its key, and the sentences that can be rendered ahead of time.

A text's *key* is the way to it as the files write it, for people to name it by: a tree's text is
``reception.main.on_invalid.say`` (tree, node, keys below the node), one of ``organisation.yaml``
``texts.queue.next``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from ivr.flow.call import Utterance
from ivr.flow.document import Path_
from ivr.flow.errors import ExpressionError
from ivr.flow.load import Catalogue
from ivr.flow.organisation import Organisation
from ivr.flow.texts import Phrase, Text, WrittenText

_EVERYWHERE = frozenset({"organisation", "language"})
"""Variables whose values are known before any call."""


@dataclass(frozen=True, slots=True)
class Line:
    """One text of an organisation in one language.

    Attributes:
        key: The text's key.
        language: BCP 47 primary tag.
        source: As the admin wrote it.
        sentence: What is said; ``""`` where that depends on the call, so that nobody can record it.
        rest: What is said when no expression can be worked out; may be empty.
        tree: The tree that says it, ``""`` for the organisation itself.
        path: Where the document of either has it.
    """

    key: str
    language: str
    source: str
    sentence: str
    rest: str
    tree: str = ""
    path: Path_ = ()


def lines(catalogue: Catalogue, organisation: Organisation) -> Iterator[Line]:
    """Every text of an organisation in each of its languages, the trees' first."""
    for tree in catalogue.trees:
        if tree.organisation.id == organisation.id:
            yield from _lines(tree.nodes, tree.name, organisation)
    yield from _lines(organisation, "", organisation)


def utterances(catalogue: Catalogue) -> frozenset[Utterance]:
    """Every sentence that is known before a call: all but those that depend on one."""
    return frozenset(
        Utterance(line.sentence, line.language)
        for organisation in catalogue.organisations.values()
        for line in lines(catalogue, organisation)
        if line.sentence
    )


def _lines(value: object, tree: str, organisation: Organisation) -> Iterator[Line]:
    for path, text in _texts(value, ()):
        steps = (str(step + 1) if isinstance(step, int) else step for step in path)
        key = ".".join((tree, *steps) if tree else steps)
        inside = ("nodes", *path) if tree else path
        for language, phrase in text.root.items():
            sentence, rest = _spoken(phrase, language, organisation)
            yield Line(key, language, phrase.source, sentence, rest, tree, (*inside, language))


def _spoken(phrase: Phrase, language: str, organisation: Organisation) -> tuple[str, str]:
    """What is said whoever calls, ``""`` where that is not known, and what is said at the least."""
    try:
        everyday = {"organisation": organisation.name, "language": language}
        said = phrase.render(everyday, language)
    except ExpressionError as error:
        return "", error.rest
    return (said if phrase.variables <= _EVERYWHERE else ""), said


def _texts(value: object, way: Path_) -> Iterator[tuple[Path_, Text]]:
    """Every text in a value that is spoken, and the keys that lead to it."""
    if isinstance(value, WrittenText):
        return
    if isinstance(value, Text):
        yield way, value
    elif isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            yield from _texts(getattr(value, name), (*way, info.alias or name))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, (*way, str(key)))
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*way, index))
