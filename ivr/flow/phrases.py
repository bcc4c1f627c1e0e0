"""What callers may say to a menu: phrases in each language, and whether one was said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Annotated, TypeAlias

from pydantic import AfterValidator

from ivr.flow.faults import Located, fault
from ivr.flow.vocabulary import LanguageTag, NotEmpty, Table

MAX_CHARACTERS = 60
MAX_PHRASES = 20  # a choice and language; the fewer there are, the surer each is told

_WORDS = re.compile(r"[^\W\d_]+(?:['’ -]+[^\W\d_]+)*['’]?")


def normalised(phrase: str) -> str:
    """``phrase`` as it is compared: two that differ in case or blanks only are the same."""
    return " ".join(unicodedata.normalize("NFC", phrase).casefold().split())


def _phrase(value: str) -> str:
    phrase = " ".join(unicodedata.normalize("NFC", value).split())
    if not phrase:
        raise fault("empty_phrase", "the phrase is empty", advice="write what a caller says")
    if len(phrase) > MAX_CHARACTERS:
        raise fault(
            "long_phrase",
            f"the phrase is longer than {MAX_CHARACTERS} characters",
            advice="a few words are recognised best",
        )
    if _WORDS.fullmatch(phrase) is None:
        raise fault(
            "bad_phrase",
            f"“{phrase}” cannot be said",
            advice="use letters, blanks, hyphens and apostrophes; write numbers as words",
        )
    return phrase


def _not_too_many(phrases: tuple[str, ...]) -> tuple[str, ...]:
    if len(phrases) > MAX_PHRASES:
        raise fault("many_phrases", f"there are more than {MAX_PHRASES} phrases here")
    return phrases


Phrase: TypeAlias = Annotated[str, AfterValidator(_phrase)]
Phrases: TypeAlias = Annotated[
    Table[
        LanguageTag,
        Annotated[tuple[Phrase, ...], NotEmpty, AfterValidator(_not_too_many)],
    ],
    NotEmpty,
]
"""The phrases of one choice; in a language that is left out it can be chosen by key only."""


def said_twice(field: str, owners: Mapping[str, Phrases | None], what: str) -> Iterator[Located]:
    """Phrases of a field that another entry of it has already in the same language.

    Args:
        field: Name of the field, a mapping.
        owners: The phrases of each entry.
        what: What an entry is called, with its article.
    """
    first: dict[tuple[str, str], str] = {}
    for owner, by_language in owners.items():
        for language, phrases in (by_language or {}).items():
            for index, phrase in enumerate(phrases):
                same = (language, normalised(phrase))
                if same in first:
                    message = f"“{phrase}” is given twice"
                    advice = f"{what} {first[same]} has it already; keep one of them"
                    path = (field, owner, "phrases", language, index)
                    yield path, fault("phrase_twice", message, advice=advice)
                first.setdefault(same, owner)
