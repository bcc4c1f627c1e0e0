"""The small types that every part of the language is written with, and what they check.

A model that uses them gets the checks with them: a :class:`Target` must be a node of the tree, a
``QueueName`` a queue of the organisation, and so on. The names that exist come with the pydantic
validation context, :class:`Names`; without a context only the form is checked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    GetCoreSchemaHandler,
    ValidationInfo,
)
from pydantic_core import CoreSchema, core_schema

from ivr.flow.faults import fault

LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        "sv": "Swedish",
        "da": "Danish",
        "en": "English",
        "ar": "Arabic",
        "de": "German",
        "es": "Spanish",
        "et": "Estonian",
        "fa": "Persian",
        "fi": "Finnish",
        "fr": "French",
        "is": "Icelandic",
        "it": "Italian",
        "ko": "Korean",
        "lt": "Lithuanian",
        "lv": "Latvian",
        "nb": "Norwegian",
        "nl": "Dutch",
        "pl": "Polish",
        "pt": "Portuguese",
        "ru": "Russian",
        "tr": "Turkish",
        "uk": "Ukrainian",
    }
)
"""What a call can be held in, by BCP 47 primary tag: the default voice speaks each of them."""

DIGITS = "0123456789"
KEYS = f"{DIGITS}*#"
CALL_VARIABLES = frozenset({"organisation", "language", "caller", "dialled"})
"""What expressions know of every call."""

_NO_NAMES = frozenset({"and", "else", "false", "if", "in", "is", "none", "not", "or", "true"})

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Names:
    """What exists in an organisation and a tree; ``None`` where that is not known.

    Attributes:
        nodes: Nodes of the tree being read.
        queues: Queues of the organisation.
        hours: Named opening hours of the organisation.
        languages: Languages that the organisation declares, the default one first.
        variables: What a text's expressions may use.
        subtrees: Sub-trees that a node may use.
        routes: The node that a written name leads to, where that is another: a node that uses a
            sub-tree leads into it, and within a sub-tree names are short.
        exits: Where each end of the sub-tree leads on; empty in a tree, ``None`` if not known.
        expanded: Nodes that sub-trees brought along, by their full names.
        sensitive: Those of them that are never spoken.
        texts: Groups of standard texts that the organisation has.
        calling_back: Queues that call people back.
        http_hosts: Hosts that may be asked, as written.
        transfers: Numbers and addresses that may be dialled, as written.
        announcements: What can be switched on for everybody.
        skills: Values of each declared kind of skill.
        agents: The queues that each agent serves, also as a backup.
        opening: Queues that have opening hours.
    """

    nodes: frozenset[str] | None = None
    queues: frozenset[str] | None = None
    hours: frozenset[str] | None = None
    languages: tuple[str, ...] | None = None
    variables: frozenset[str] = field(default=CALL_VARIABLES)
    subtrees: frozenset[str] | None = None
    routes: Mapping[str, str] = field(default_factory=dict)
    exits: Mapping[str, str] | None = None
    expanded: frozenset[str] = frozenset()
    sensitive: frozenset[str] = frozenset()
    texts: frozenset[str] | None = None
    calling_back: frozenset[str] | None = None
    http_hosts: tuple[str, ...] | None = None
    transfers: tuple[str, ...] | None = None
    announcements: frozenset[str] | None = None
    skills: Mapping[str, tuple[str, ...]] | None = None
    agents: Mapping[str, frozenset[str]] | None = None
    opening: frozenset[str] | None = None

    @classmethod
    def of(cls, info: ValidationInfo) -> Names:
        """The names of a validation under way."""
        return info.context if isinstance(info.context, cls) else cls()


def _not_empty(value: T) -> T:
    if not value:
        raise fault("empty", "at least one entry is needed here")
    return value


NotEmpty = AfterValidator(_not_empty)
"""Marks a list or mapping that holds something. (pydantic's own rule counts only right entries.)"""

Table: TypeAlias = Annotated[Mapping[K, V], AfterValidator(MappingProxyType)]


@dataclass(frozen=True, slots=True)
class Form:
    """Marks a ``str`` that must match a pattern as a whole.

    Attributes:
        pattern: A regular expression.
        message: What a text that does not match fails to be.
        advice: How to write it.
    """

    pattern: str
    message: str
    advice: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, core_schema.str_schema())

    def check(self, value: str) -> str:
        """``value``, if it has the form."""
        if re.fullmatch(self.pattern, value) is None:
            raise fault("bad_form", f"“{value}” is no {self.message}", advice=self.advice)
        return value


_NAME_FORM = Form(r"[^\W_][\w-]{0,63}", "name", "use letters, digits, - and _, without spaces")
Name: TypeAlias = Annotated[str, _NAME_FORM]
Identifier: TypeAlias = Annotated[
    str,
    Form(r"[a-z][a-z0-9_-]{0,31}", "identifier", "use a to z, digits, - and _, a letter first"),
]


class Target(str):
    """The name of the node where a call goes on. A type of its own, so that a tree can be drawn."""

    __slots__ = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_after_validator_function(
            cls._known, core_schema.str_schema(min_length=1)
        )

    @classmethod
    def _known(cls, value: str, info: core_schema.ValidationInfo) -> Target:
        names = Names.of(info)
        if names.nodes is not None and value not in names.nodes:
            message = f"no node is named “{value}”"
            raise fault("undefined_node", message, name=value, known=names.nodes)
        return cls(names.routes.get(value, value))


class ExitLabel(Target):
    """The name of an end of a sub-tree; as a value it is the node where the call goes on."""

    __slots__ = ()

    @classmethod
    def _known(cls, value: str, info: core_schema.ValidationInfo) -> ExitLabel:
        exits = Names.of(info).exits
        if exits is not None and not exits:
            raise fault(
                "no_subtree",
                "there is nothing to return to: this is no sub-tree",
                advice="end the call with “hang_up”, or go on with “then”",
            )
        return cls((exits or {}).get(value, value))


class Variable(str):
    """The name of a value that a node sets, as expressions use it. A type of its own, likewise."""

    __slots__ = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls._named, core_schema.str_schema())

    @classmethod
    def _named(cls, value: str) -> Variable:
        if re.fullmatch(r"[a-z][a-z0-9_]{0,31}", value) is None or value in _NO_NAMES:
            raise fault(
                "bad_variable",
                f"“{value}” cannot name a value",
                advice="use a to z, digits and _, a letter first",
            )
        if value in CALL_VARIABLES:
            raise fault(
                "reserved_variable",
                f"“{value}” is known of every call and cannot be set",
                advice="choose another name",
            )
        return cls(value)


@dataclass(frozen=True, slots=True)
class OneOf:
    """Marks a ``str`` that must be one of the names that exist, where these are known.

    Attributes:
        words: What it is, for people.
        names: Those that exist.
        code: Of the fault.
        message: Of the fault, with ``{}`` for the name.
    """

    words: str
    names: Callable[[Names], Collection[str] | None]
    code: str
    message: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_after_validator_function(self._known, handler(source))

    def _known(self, value: str, info: core_schema.ValidationInfo) -> str:
        defined = self.names(Names.of(info))
        if defined is not None and value not in defined:
            raise fault(self.code, self.message.format(value), name=value, known=defined)
        return value


def _node_name(value: str, info: ValidationInfo) -> str:
    if value not in Names.of(info).expanded:
        _NAME_FORM.check(value)
    return value


def _key(value: str) -> str:
    if len(value) != 1 or value not in KEYS:
        raise fault(
            "no_key", f"“{value}” is not a key of a telephone", advice="use one of 0–9, * and #"
        )
    return value


NodeName: TypeAlias = Annotated[str, AfterValidator(_node_name)]
SubTreeName: TypeAlias = Annotated[
    str,
    OneOf(
        "a sub-tree", lambda names: names.subtrees, "undefined_subtree", "no sub-tree is named “{}”"
    ),
]
QueueName: TypeAlias = Annotated[
    str, OneOf("a queue", lambda names: names.queues, "undefined_queue", "no queue is named “{}”")
]
AgentNumber: TypeAlias = Annotated[
    str,
    OneOf(
        "an agent's number",
        lambda names: names.agents,
        "undefined_agent",
        "no agent has the number “{}”",
    ),
]
HoursName: TypeAlias = Annotated[
    str,
    OneOf(
        "opening hours",
        lambda names: names.hours,
        "undefined_hours",
        "no opening hours are named “{}”",
    ),
]
AnnouncementName: TypeAlias = Annotated[
    str,
    OneOf(
        "an announcement",
        lambda names: names.announcements,
        "undefined_announcement",
        "no announcement is named “{}”",
    ),
]
LanguageTag: TypeAlias = Annotated[
    str,
    OneOf(
        "a language",
        lambda names: names.languages,
        "undefined_language",
        "the organisation does not declare the language “{}”",
    ),
]
Key: TypeAlias = Annotated[str, AfterValidator(_key)]
