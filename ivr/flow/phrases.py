"""What callers may say to a menu: phrases in each language, and whether one was said."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, TypeAlias

from pydantic import AfterValidator

from ivr.flow.faults import fault
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
