"""The sentences that an installation will say, so that they can be rendered ahead of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from ivr.flow.call import Utterance
from ivr.flow.errors import ExpressionError
from ivr.flow.load import Catalogue
from ivr.flow.organisation import Organisation
from ivr.flow.texts import Text, WrittenText


def utterances(catalogue: Catalogue) -> frozenset[Utterance]:
    """Every sentence that is known before a call: all but those that depend on one."""
    found: set[Utterance] = set()
    for organisation in catalogue.organisations.values():
        for text in _texts(organisation):
            found.update(_spoken(text, organisation))
    for tree in catalogue.trees:
        for text in _texts(tree.nodes):
            found.update(_spoken(text, tree.organisation))
    return frozenset(found)


def _spoken(text: Text, organisation: Organisation) -> Iterator[Utterance]:
    for language in text.root:
        try:
            yield text.utterance(
                language, {"organisation": organisation.name, "language": language}
            )
        except ExpressionError:
            continue  # it needs the caller, a position or a reason: spoken when they are known


def _texts(value: object) -> Iterator[Text]:
    if isinstance(value, WrittenText):
        return
    if isinstance(value, Text):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _texts(getattr(value, name))
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
