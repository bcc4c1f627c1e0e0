"""The words of a picture in Swedish, Danish and English.

What a node type calls its verb and its ways is found here by the key of the YAML; a key that nobody
has put here is shown as it is written, so that a new node type can be drawn at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

LANGUAGES = ("sv", "da", "en")

Words: TypeAlias = Mapping[str, tuple[str, str, str]]

VERBS: Words = MappingProxyType(
    {
        "agent_desk": ("handläggarnas telefon", "medarbejdernes telefon", "agents' desk"),
        "announcement": ("tillfälligt besked", "midlertidig besked", "announcement"),
        "branch": ("villkor", "betingelse", "branch"),
        "callback": ("ring upp", "ring tilbage", "callback"),
        "collect": ("siffror", "cifre", "digits"),
        "conference": ("konferens", "konference", "conference"),
        "hang_up": ("lägg på", "læg på", "hang up"),
        "hours": ("öppettider", "åbningstider", "opening hours"),
        "http": ("hämta", "hent", "request"),
        "language": ("språkval", "sprogvalg", "language"),
        "listen": ("lyssna", "lyt", "listen"),
        "menu": ("meny", "menu", "menu"),
        "pin": ("pinkod", "pinkode", "PIN"),
        "queue": ("kö", "kø", "queue"),
        "queue_data": ("köläge", "køstatus", "queue data"),
        "recognise": ("känn igen", "genkend", "recognise"),
        "record": ("spela in", "optag", "record"),
        "remember": ("minns", "husk", "remember"),
        "return": ("tillbaka", "tilbage", "return"),
        "say": ("säg", "sig", "say"),
        "set": ("sätt", "sæt", "set"),
        "sms": ("sms", "sms", "text message"),
        "split": ("fördela", "fordel", "split"),
        "survey": ("enkät", "spørgeskema", "survey"),
        "record_announcement": ("tala in besked", "indtal besked", "record announcement"),
        "switch_announcement": ("slå på besked", "slå besked til", "switch announcement"),
        "transcribe": ("fritt svar", "frit svar", "free speech"),
        "transfer": ("koppla vidare", "viderestil", "transfer"),
        "use": ("delträd", "deltræ", "sub-tree"),
        "voicemail": ("röstbrevlåda", "telefonsvarer", "voicemail"),
    }
)
"""What a node does."""

WAYS: Words = MappingProxyType(
    {
        "blocked": ("spärrad", "spærret", "blocked"),
        "closed": ("stängt", "lukket", "closed"),
        "extensions": ("anknytning", "lokalnummer", "extension"),
        "known": ("känd", "kendt", "known"),
        "on_closed": ("kön är stängd", "køen er lukket", "queue is closed"),
        "on_failure": ("misslyckas", "mislykkes", "fails"),
        "on_full": ("kön är full", "køen er fuld", "queue is full"),
        "on_invalid": ("fel val", "forkert valg", "invalid"),
        "on_long_wait": ("lång väntetid", "lang ventetid", "long wait"),
        "on_nobody": ("ingen inloggad", "ingen logget på", "nobody logged in"),
        "on_refused": ("avböjt", "afslået", "refused"),
        "on_silence": ("tystnad", "stilhed", "silence"),
        "on_skip": ("hoppar över", "springer over", "skips"),
        "on_timeout": ("för lång väntan", "for lang ventetid", "waited too long"),
        "on_unknown": ("okänt", "ukendt", "unknown"),
        "on_wrong": ("fel kod", "forkert kode", "wrong code"),
        "open": ("öppet", "åbent", "open"),
        "otherwise": ("annars", "ellers", "otherwise"),
        "then": ("därefter", "derefter", "then"),
        "vip": ("prioriterad", "prioriteret", "priority"),
    }
)
"""By which way a caller leaves a node."""

PHRASES: Words = MappingProxyType(
    {
        "callers": ("{count} samtal", "{count} opkald", "{count} calls"),
        "ended": ("{count} slutade här", "{count} sluttede her", "{count} ended here"),
        "failed": ("{count} bröts av fel", "{count} fejlede", "{count} failed"),
        "hung_up": ("{count} lade på", "{count} lagde på", "{count} hung up"),
        "elsewhere": (
            "{count} steg finns inte i denna version av trädet",
            "{count} skridt findes ikke i denne version af træet",
            "{count} steps are not in this version of the tree",
        ),
        "in_queue": (
            "{count} lade på, väntande eller efter samtalet",
            "{count} lagde på, ventende eller efter samtalen",
            "{count} hung up, waiting or after the talk",
        ),
        "not_told": ("{count} okänt vilket", "{count} ukendt hvilket", "{count} not known which"),
        "numbers": ("Ring", "Ring", "Call"),
        "summary": (
            "Samtalsträd med {count} steg. Börjar med {start}.",
            "Opkaldstræ med {count} trin. Begynder med {start}.",
            "Call tree of {count} nodes. Begins with {start}.",
        ),
        "unused": (
            "streckat: ingen tog den vägen",
            "stiplet: ingen tog den vej",
            "dashed: nobody took it",
        ),
    }
)
"""Sentences about the whole and about calls."""

FAMILIES: Words = MappingProxyType(
    {
        "speaks": ("talar", "taler", "speaks"),
        "asks": ("frågar", "spørger", "asks"),
        "decides": ("väljer själv", "vælger selv", "decides"),
        "queues": ("till handläggare", "til medarbejder", "to agents"),
        "outside": ("utanför", "udenfor", "outside"),
        "ends": ("slutar", "slutter", "ends"),
    }
)
"""The families of nodes, for the legend."""


def word(table: Words, key: str, language: str) -> str:
    """A word in a language, in English where there is none of it; an unknown key is itself."""
    if key not in table:
        return key.removeprefix("on_").replace("_", " ")
    return table[key][LANGUAGES.index(language if language in LANGUAGES else "en")]


def counted(key: str, count: int, language: str, **named: str) -> str:
    """One of :data:`PHRASES` with a number in it."""
    return word(PHRASES, key, language).format(count=figure(count), **named)


def figure(count: int) -> str:
    """A whole number, its thousands apart."""
    return f"{count:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def percent(part: int, whole: int) -> str:
    """A share in whole percent; 0 of nothing is none of it."""
    share = part / whole if whole else 0.0
    text = "<1" if 0 < share < 0.005 else f"{share * 100:.0f}"
    return f"{text}\N{NO-BREAK SPACE}%"
