"""Values as a person says them: the filters of a text that know the language of the text.

``{{ amount | money }}`` is “tvåhundrafemtio kronor” in a Swedish text and “to hundrede og halvtreds
kroner” in a Danish one. Swedish, Danish and English are spoken in words throughout; in the other
languages that a call can be held in, numbers and dates are as the libraries know them, and what
they do not know is left in digits, which every voice reads.

A value that is not what the filter needs is a ``ValueError``: the text is spoken without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from types import MappingProxyType

from ivr.flow.spoken.amounts import money, number, ordinal
from ivr.flow.spoken.moments import date, day, time, weekday
from ivr.flow.spoken.signs import digits, phone

Spoken = Callable[..., str]

_FILTERS: Mapping[str, Spoken] = MappingProxyType(
    {
        "date": date,
        "day": day,
        "digits": digits,
        "money": money,
        "number": number,
        "ordinal": ordinal,
        "phone": phone,
        "time": time,
        "weekday": weekday,
    }
)

FILTERS = frozenset(_FILTERS)
"""Their names."""


@lru_cache(maxsize=64)
def spoken_filters(language: str) -> Mapping[str, Spoken]:
    """The filters by name, for texts in a language (BCP 47 primary tag)."""
    return MappingProxyType({name: partial(says, language) for name, says in _FILTERS.items()})
