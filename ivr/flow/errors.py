"""What can go wrong with call trees, one class a rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from ivr.flow.problems import Problem, Severity


class FlowError(Exception):
    """Base of every error of this package; ``code`` is stable and may be matched by machines."""

    code: ClassVar[str] = "flow"


class TreesInvalidError(FlowError):
    """The files cannot be used; ``problems`` holds every error and warning found in them."""

    code = "flow.trees_invalid"

    def __init__(self, problems: Sequence[Problem]) -> None:
        errors = [problem for problem in problems if problem.severity is Severity.ERROR]
        super().__init__(
            f"{len(errors)} error(s) in the call trees; correct them (`vaxel check` lists all), "
            f"the first is {errors[0].headline()}"
        )
        self.problems = tuple(problems)


class ExpressionError(FlowError):
    """An expression of a text failed while a call ran; ``rest`` is the text without it."""

    code = "flow.expression_failed"

    def __init__(self, reason: str, rest: str) -> None:
        super().__init__(f"An expression could not be worked out: {reason}")
        self.rest = rest
