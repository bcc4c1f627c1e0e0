"""Validation errors in an admin's words, and the base of every model that raises them.

pydantic finds what is wrong; here is how a validator says it so that a person can act on it, how
several errors are raised at once, and how an unknown key is told with the keys that exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Self, TypeAlias, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

T = TypeVar("T")


@dataclass(frozen=True, slots=True, repr=False)
class Known:
    """Names to choose from, in a wrapping: pydantic prints every value of an error's context."""

    names: frozenset[str]

    def __repr__(self) -> str:
        return f"{len(self.names)} names"


def fault(
    code: str, message: str, *, advice: str = "", name: str = "", known: Iterable[str] = ()
) -> PydanticCustomError:
    """A validation error in an admin's words.

    Args:
        code: Stable name of the rule that is broken.
        message: What is wrong.
        advice: What to do.
        name: A name that does not exist; the nearest of ``known`` becomes the advice.
        known: The names that do exist.
    """
    return PydanticCustomError(
        code, message, {"advice": advice, "name": name, "known": Known(frozenset(known))}
    )


Located: TypeAlias = tuple[tuple[str | int, ...], PydanticCustomError]
"""An error and its path below the value being validated."""


def faults(title: str, errors: Iterable[Located]) -> None:
    """Raise all ``errors`` at once, if there are any."""
    details = [InitErrorDetails(type=error, loc=path, input=None) for path, error in errors]
    if details:
        raise ValidationError.from_exception_data(title, details)


def right_ones(parse: Callable[[str], T], entries: Iterable[str]) -> tuple[T, ...]:
    """What ``parse`` makes of the entries that are right, of a list that may hold others."""
    found = []
    for entry in entries:
        try:
            found.append(parse(entry))
        except PydanticCustomError:
            continue  # told where the list itself is checked
    return tuple(found)


def with_faults(validate: Callable[[], T], errors: Iterable[Located]) -> T:
    """What ``validate`` makes of a value, unless it or ``errors`` found something: then all."""
    details = [InitErrorDetails(type=error, loc=path, input=None) for path, error in errors]
    try:
        value = validate()
    except ValidationError as error:
        details += [_again(detail) for detail in error.errors(include_url=False)]
    if details:
        raise ValidationError.from_exception_data("value", details)
    return value


def _again(detail: ErrorDetails, keys: Iterable[str] = ()) -> InitErrorDetails:
    """A found error to be raised once more; an unknown key is told with the ``keys`` there are."""
    kind, path, context = detail["type"], detail["loc"], detail.get("ctx", {})
    again: str | PydanticCustomError = kind
    if kind == "extra_forbidden":
        name = str(path[-1])
        again = fault("unknown_key", f"“{name}” is not known here", name=name, known=keys)
    elif "known" in context:
        again = PydanticCustomError(kind, detail["msg"], context)
    return InitErrorDetails(type=again, loc=path, input=detail["input"], ctx=context)


class Strict(BaseModel):
    """A part of the language: immutable, and a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="wrap")
    @classmethod
    def _name_the_known_keys(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Tell with each unknown key which keys there are."""
        try:
            return handler(data)
        except ValidationError as error:
            keys = [info.alias or name for name, info in cls.model_fields.items()]
            raise ValidationError.from_exception_data(
                error.title, [_again(detail, keys) for detail in error.errors(include_url=False)]
            ) from None
