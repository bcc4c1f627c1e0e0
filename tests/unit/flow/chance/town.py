"""A small town with all that a node may need of one, and the words of its trees."""

from __future__ import annotations

from typing import Any

from ivr.flow.callback import CallbackTexts, DayTexts
from ivr.flow.nodes import NODE_TYPES
from ivr.flow.vocabulary import CALL_VARIABLES, Names
from tests.unit.flow.trees import ORGANISATION, texts

Data = Any  # of YAML

VARIABLES = ("v1", "v2", "v3")
WORDS = ("alfa", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta")
EXPRESSIONS = (
    "v1",
    "v1 == v2",
    "v1 > 3",
    "v1 - 1",
    "v1 / v2",
    "-v1",
    "v1|int + 1",
    "v2|default('x')|length",
    "v1 is defined and v1",
    "v1 ~ v2 ~ caller",
    "'a' if v3 else v2",
    "caller|first",
)
CALLERS = ("", "+46 70 174 06 05", "+46 70 174 06 06", "+46 70 174 06 07")
"""Nobody's number, somebody's, one of the block list, one of the VIP list."""
OUTSIDE = "+46 8 465 004 00"
TEXTS = ("hej", "{{ organisation }}", "och {{ v1 }}", "{{ v1 / v2 }} {{ v3 }}", "{{ caller|int }}")

_DAYS = texts(DayTexts.model_fields, "      ")
_CALLBACK = texts({name: 0 for name in CallbackTexts.model_fields if name != "days"}, "    ")
RICH = (
    ORGANISATION.replace("support: {}", "support: {callback: {}, hours: office}")
    + f"  callback:\n{_CALLBACK}\n    days:\n{_DAYS}\n"
    + """http_hosts: [api.example.se]
transfers: ["+46 8*"]
callers: {blocked: ["+46 70 174 06 06"], vip: ["+46 70 174 06 07"]}
announcements: {alfa: {sv: alfa, en: alfa}}
skills: {language: [sv, en], subject: [alfa, beta]}
"""
)
"""The small organisation with all that a node may need of one."""

VERBS = tuple(verb for verb in NODE_TYPES if verb not in ("use", "return"))
"""Those of a tree as it runs: sub-trees are put in when the files are read."""

NAMES = Names(
    queues=frozenset({"support"}),
    hours=frozenset({"office"}),
    languages=("sv", "en"),
    variables=CALL_VARIABLES | set(VARIABLES),
    http_hosts=("api.example.se",),
    transfers=("+46 8*",),
    announcements=frozenset({"alfa"}),
    skills={"language": ("sv", "en"), "subject": ("alfa", "beta")},
    agents={"4001": frozenset({"support"})},
    opening=frozenset({"support"}),
)
