"""The phrases of a menu: which are admitted, and how a recogniser sees them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from media.speech.errors import PhraseUnusable

MAX_PHRASES = 500
MAX_CHARACTERS = 100

SEPARATOR = "|"
"""Between the phrases of one setting."""

# A result goes to the controller as text0="…" without any escape, and settings split at |.
_FORBIDDEN = re.compile(r'["\\|\x00-\x1f\x7f-\x9f\u2028\u2029]')
_NO_LETTER = re.compile(r"[^\w'\-]|_")


def split(setting: str) -> tuple[str, ...]:
    """The phrases of one setting, each as it was given.

    Raises:
        PhraseUnusable: One cannot be listened for, or there are too many.
    """
    phrases = tuple(phrase for phrase in setting.split(SEPARATOR) if phrase.strip())
    if not phrases:
        raise PhraseUnusable("", "it is empty")
    for phrase in phrases:
        _check(phrase)
    return phrases


def joined(first: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    """Both lists without repetitions.

    Raises:
        PhraseUnusable: There are too many.
    """
    both = tuple(dict.fromkeys((*first, *more)))
    if len(both) > MAX_PHRASES:
        raise PhraseUnusable(both[MAX_PHRASES], f"there are more than {MAX_PHRASES}")
    return both


def spoken(phrase: str) -> str:
    """A phrase as a model writes words: small letters, single spaces, no punctuation."""
    letters = _NO_LETTER.sub(" ", unicodedata.normalize("NFC", phrase).lower())
    return " ".join(word.strip("-'") for word in letters.split() if word.strip("-'"))


def _check(phrase: str) -> None:
    if len(phrase) > MAX_CHARACTERS:
        raise PhraseUnusable(phrase[:20], f"it is longer than {MAX_CHARACTERS} characters")
    if _FORBIDDEN.search(phrase):
        raise PhraseUnusable(phrase, "it holds a quote, a backslash or a control character")
    if not spoken(phrase):
        raise PhraseUnusable(phrase, "it has no letter")
