"""The small types that tests of call trees are written with, and what they check."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Self, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    GetCoreSchemaHandler,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import (
    CoreSchema,
    ErrorDetails,
    InitErrorDetails,
    PydanticCustomError,
    core_schema,
)

from ivr.flow.expressions import known_variables
from ivr.flow.faults import fault
from ivr.flow.numbers import Number, spellings
from ivr.flow.organisation import Organisation
from ivr.flow.tree import Tree
from ivr.flow.vocabulary import CALL_VARIABLES, Names, NotEmpty, Variable

WITHHELD = "withheld"
NONE = "none"
"""Instead of a name: there shall be none."""

T = TypeVar("T")

_MOMENT = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}")
_WHOLE = re.compile("0|[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class Surroundings(Names):
    """What exists round a test: the names of its tree, and the tree's numbers."""

    numbers: tuple[str, ...] = ()

    @classmethod
    def around(cls, tree: Tree) -> Self:
        """Everything that a test of ``tree`` may name."""
        organisation: Organisation = tree.organisation
        values = frozenset().union(*(node.sets() for node in tree.nodes.values()))
        return cls(
            nodes=frozenset(tree.nodes),
            queues=frozenset(organisation.queues),
            hours=frozenset(organisation.hours),
            languages=organisation.languages,
            announcements=frozenset(organisation.announcements),
            skills=organisation.skills,
            agents={name: frozenset(one.serves) for name, one in organisation.agents.items()},
            variables=CALL_VARIABLES | values,
            numbers=tree.numbers,
        )


@dataclass(frozen=True, slots=True)
class OneOf:
    """Marks a ``str`` that is one of some words.

    Attributes:
        words: The words.
        what: What they are, e.g. ``a way for a call to end``.
    """

    words: frozenset[str]
    what: str

    @classmethod
    def these(cls, words: Iterable[str], what: str) -> Self:
        """Of any collection."""
        return cls(frozenset(str(word) for word in words), what)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._known, core_schema.str_schema())

    def _known(self, value: str) -> str:
        if value not in self.words:
            message = f"“{value}” is not {self.what}"
            raise fault("unknown_word", message, name=value, known=self.words)
        return value


def _several(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    if isinstance(value, list):
        return handler(value)
    try:
        return handler([value])
    except ValidationError as error:  # told where the one stands, which is no item of a list
        told = [_without_index(detail) for detail in error.errors(include_url=False)]
        raise ValidationError.from_exception_data(error.title, told) from None


def _without_index(detail: ErrorDetails) -> InitErrorDetails:
    context = detail.get("ctx", {})
    kind = PydanticCustomError(detail["type"], detail["msg"], context)
    return InitErrorDetails(type=kind, loc=detail["loc"][1:], input=None)


Several: TypeAlias = Annotated[tuple[T, ...], WrapValidator(_several), NotEmpty]
"""One of something, or a list of them."""


def _moment(value: str) -> datetime:
    try:
        if _MOMENT.fullmatch(value):
            return datetime.fromisoformat(value)
    except ValueError:
        pass  # such as 2026-02-30: the same sentence says it
    raise fault(
        "bad_moment", f"“{value}” is not a date and time", advice="write it as 2026-12-24 10:00"
    )


@dataclass(frozen=True, slots=True)
class WallClock:
    """Marks a ``datetime`` by the organisation's clock, without a zone: ``2026-12-24 10:00``."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(_moment, core_schema.str_schema())


Moment: TypeAlias = Annotated[datetime, WallClock()]


def _own_number(value: str, info: ValidationInfo) -> str:
    """The tree's number as the tree writes it."""
    if not isinstance(info.context, Surroundings):
        return value
    for number in info.context.numbers:
        if spellings(value) & spellings(number):
            return number
    message = f"the call tree does not answer the number {value}"
    raise fault("not_its_number", message, name=value, known=info.context.numbers)


def _withheld(value: object) -> object:
    return None if value == WITHHELD else value


OwnNumber: TypeAlias = Annotated[Number, AfterValidator(_own_number)]
Caller: TypeAlias = Annotated[Number | None, BeforeValidator(_withheld)]
"""A telephone number; ``None`` when withheld."""


def _that_is_set(value: Variable, info: ValidationInfo) -> Variable:
    if isinstance(info.context, Names):
        known_variables({value}, info.context.variables - CALL_VARIABLES)
    return value


TreeValue: TypeAlias = Annotated[Variable, AfterValidator(_that_is_set)]
"""The name of a value that a node of the tree sets."""


@dataclass(frozen=True, slots=True)
class Native:
    """Marks a value as a tree has it: whole digits are a number, everything else is text."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(native, core_schema.str_schema())


def native(value: str) -> int | str:
    """Whole digits as the number that they are."""
    return int(value) if _WHOLE.fullmatch(value) else value


def spoken(text: str) -> str:
    """``text`` as it is compared: case, punctuation and blanks do not count, nor between digits."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = "".join(letter if letter.isalnum() else " " for letter in folded).split()
    return re.sub(r"(?<=\d) (?=\d)", "", " ".join(words))


@dataclass(frozen=True, slots=True)
class Hearable:
    """What a caller shall hear; a ``*`` at an end stands for any words.

    Attributes:
        written: As the test writes it.
    """

    written: str

    @classmethod
    def parse(cls, written: str) -> Self:
        """Check it.

        Raises:
            PydanticCustomError: There is nothing in it that could be heard.
        """
        if not spoken(written):
            raise fault(
                "not_hearable",
                f"“{written}” holds nothing that could be heard",
                advice="write what is said, or its first words and a *: Välkommen*",
            )
        return cls(written)

    def matches(self, said: str) -> bool:
        """Whether it is what was ``said``."""
        mine, other = f" {spoken(self.written)} ", f" {spoken(said)} "
        before, after = self.written.startswith("*"), self.written.endswith("*")
        if before and after:
            return mine.strip() in other
        if after:
            return other.lstrip().startswith(mine.strip())
        if before:
            return other.rstrip().endswith(mine.strip())
        return mine == other

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls.parse, core_schema.str_schema())
