"""Validation errors in an admin's words, each at its place in the file."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ivr.flow.document import Document, Path_, Place
from ivr.flow.problems import MAX_PROBLEMS, Problem, suggestion

_AT_THE_KEY = {"unknown_key", "missing_translation", "day_twice", "no_verb"}

_SENTENCES = {
    "string_type": ("a text was expected here", "write a plain text"),
    "int_type": ("a whole number was expected here", "write it in digits"),
    "int_parsing": ("a whole number was expected here", "write it in digits"),
    "int_parsing_size": ("the number is too big", ""),
    "bool_type": ("yes or no was expected here", "write true or false"),
    "bool_parsing": ("yes or no was expected here", "write true or false"),
    "model_type": ("keys and values were expected here", "write them as “key: value”"),
    "dict_type": ("keys and values were expected here", "write them as “key: value”"),
    "tuple_type": ("a list was expected here", "write it as [first, second]"),
    "string_too_short": ("something must stand here", ""),
    "string_too_long": ("the text is longer than {max_length} characters", ""),
    "greater_than_equal": ("the number is too small", "the least is {ge}"),
    "less_than_equal": ("the number is too big", "the most is {le}"),
}


def problems(document: Document, error: ValidationError, below: Path_ = ()) -> Iterator[Problem]:
    """What ``error`` found in ``document``, in the order of the file.

    Args:
        document: Where the value stands that was validated.
        error: What was found in it.
        below: The path of that value.
    """
    found = [
        (_place(document, detail, below), detail) for detail in error.errors(include_url=False)
    ]
    found.sort(key=lambda one: (one[0].line, one[0].column))
    for index, (place, detail) in enumerate(found):
        # What is beyond the cut is only counted: a suggestion is dear.
        sentence = _sentence(detail) if index < MAX_PROBLEMS else (detail["msg"], "")
        yield document.problem(place, *sentence, code=detail["type"])


def _place(document: Document, detail: ErrorDetails, below: Path_) -> Place:
    path, at_key = below + detail["loc"], detail["type"] in _AT_THE_KEY
    if path and path[-1] == "[key]":
        path, at_key = path[:-1], True
    while path and not document.holds(path):
        path, at_key = path[:-1], True  # what is missing is told at the key of what lacks it
    if not at_key:
        return document.value_place(path)
    given = None if detail["type"] == "unknown_key" else document.given(path)
    return given or document.key_place(path)


def _sentence(detail: ErrorDetails) -> tuple[str, str]:
    """The message and the advice."""
    kind, context = detail["type"], detail.get("ctx", {})
    if "known" in context:
        advice, name = str(context["advice"]), str(context["name"])
        return detail["msg"], advice or (suggestion(name, context["known"].names) if name else "")
    if kind == "missing":
        name = str(detail["loc"][-1])
        return f"“{name}” is missing", f"add “{name}: …”"
    message, advice = _SENTENCES.get(kind, (detail["msg"], ""))
    return message.format_map(context), advice.format_map(context)
