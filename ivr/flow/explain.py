"""Validation errors in an admin's words, each at its place in the file."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ivr.flow.document import Document, Path_, Place
from ivr.flow.problems import Problem, suggestion

MAX_PROBLEMS = 100  # of one file; more of them help nobody

_AT_THE_KEY = {"unknown_key", "missing", "missing_translation", "day_twice", "no_verb"}

_SENTENCES = {
    "string_type": ("a text was expected here", "write a plain text"),
    "int_type": ("a whole number was expected here", "write it in digits"),
    "int_parsing": ("a whole number was expected here", "write it in digits"),
    "int_parsing_size": ("the number is too big", ""),
    "int_from_float": ("a whole number was expected here", "write it in digits"),
    "model_type": ("keys and values were expected here", "write them as “key: value”"),
    "dict_type": ("keys and values were expected here", "write them as “key: value”"),
    "mapping_type": ("keys and values were expected here", "write them as “key: value”"),
    "list_type": ("a list was expected here", "write it as [first, second]"),
    "tuple_type": ("a list was expected here", "write it as [first, second]"),
    "string_too_short": ("something must stand here", ""),
    "too_short": ("at least one entry is needed here", ""),
    "string_too_long": ("the text is longer than {max_length} characters", ""),
    "greater_than_equal": ("the number is too small", "the least is {ge}"),
    "less_than_equal": ("the number is too big", "the most is {le}"),
}
_PATTERNS = {
    "^[0-9]{2,8}$": ("an agent's number has 2 to 8 digits", "such as 4001"),
    "^[0-9]$": ("the code of a pause is one digit", "use 0 to 9"),
}


def problems(document: Document, error: ValidationError) -> Iterator[Problem]:
    """What ``error`` found in ``document``, in the order of the file."""
    found = [_problem(document, detail) for detail in error.errors(include_url=False)[:1000]]
    found.sort(key=lambda problem: (problem.line, problem.column))
    yield from found[:MAX_PROBLEMS]
    if len(found) > MAX_PROBLEMS:
        last = found[MAX_PROBLEMS]
        yield Problem(
            last.severity, last.file, last.line, last.column, "and more from here on", "", ""
        )


def _problem(document: Document, detail: ErrorDetails) -> Problem:
    kind, path, context = detail["type"], detail["loc"], detail.get("ctx", {})
    if path and path[-1] == "[key]":
        path, at_key = path[:-1], True
    else:
        at_key = kind in _AT_THE_KEY
    message, advice = _sentence(kind, path, detail)
    if not advice and context.get("name"):
        advice = suggestion(str(context["name"]), context["known"])
    return document.problem(_place(document, path, at_key), message, advice)


def _place(document: Document, path: Path_, at_key: bool) -> Place:
    if not document.holds(path):
        # Something that is missing: the key of what should hold it.
        while path and not document.holds(path):
            path = path[:-1]
        at_key = True
    return document.key_place(path) if at_key else document.value_place(path)


def _sentence(kind: str, path: Path_, detail: ErrorDetails) -> tuple[str, str]:
    context = detail.get("ctx", {})
    if "known" in context:
        return detail["msg"], str(context["advice"])
    if kind == "missing":
        return f"“{path[-1]}” is missing", f"add “{path[-1]}: …”"
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(
            context["pattern"],
            ("this is no name", "use letters, digits, - and _, beginning with a small letter"),
        )
    message, advice = _SENTENCES.get(kind, (detail["msg"], ""))
    return message.format_map(context), advice.format_map(context)
