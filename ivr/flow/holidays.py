"""Public holidays: those of a country, and the days that an organisation adds or takes away."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Annotated, Self, TypeAlias

from holidays import country_holidays, list_supported_countries
from pydantic import Field, PlainValidator, model_validator

from ivr.flow.faults import Located, Strict, fault, faults

_EACH_YEAR = re.compile(r"[0-9]{2}-[0-9]{2}")
_CATEGORIES = {"public", "de_facto"}  # de facto: such as the eve of midsummer in Sweden
_LEAP_YEAR = 2024

Yearly: TypeAlias = tuple[int, int]
"""Month and day."""


def parse_date(value: object) -> date:
    """Read ``2026-12-24``."""
    text = value if isinstance(value, str) else ""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # such as 2026-02-30: the same sentence says it
    raise fault("bad_date", f"“{text}” is not a date", advice="write it as 2026-12-24")


def _date_or_yearly(value: object) -> date | Yearly:
    if isinstance(value, str) and _EACH_YEAR.fullmatch(value):
        day = parse_date(f"{_LEAP_YEAR}-{value}")
        return day.month, day.day
    return parse_date(value)


def _country(value: object) -> str:
    code = value if isinstance(value, str) else ""
    if code not in list_supported_countries():
        raise fault(
            "unknown_country",
            f"the holidays of “{code}” are not known",
            advice="write the country's two letters, such as SE or DK",
        )
    return code


Country: TypeAlias = Annotated[str, PlainValidator(_country, json_schema_input_type=str)]
DateOrYearly: TypeAlias = Annotated[
    date | Yearly, PlainValidator(_date_or_yearly, json_schema_input_type=str)
]


class Holidays(Strict):
    """The days that count as holidays.

    Attributes:
        country: Whose public holidays count, in two letters, e.g. ``SE``; with them those that
            are kept without being in the law, such as the eve of midsummer in Sweden.
        region: A part of the country with holidays of its own, e.g. ``BY`` in ``DE``.
        also: Days that count as well: ``2026-12-24``, or ``12-24`` for every year.
        besides: Days that do not count (written ``not:``), likewise.
    """

    country: Country
    region: str | None = None
    also: tuple[DateOrYearly, ...] = ()
    besides: tuple[DateOrYearly, ...] = Field((), alias="not")

    @model_validator(mode="after")
    def _region_exists(self) -> Self:
        known = list_supported_countries()[self.country]
        if self.region is not None and self.region not in known:
            message = f"{self.country} has no part “{self.region}” with holidays of its own"
            wrong: Located = (
                ("region",),
                fault("unknown_region", message, name=self.region, known=known),
            )
            faults("Holidays", [wrong])
        return self

    def include(self, day: date) -> bool:
        """Whether ``day`` is a holiday."""
        written = (day, (day.month, day.day))
        if any(one in self.besides for one in written):
            return False
        return any(one in self.also for one in written) or day in _public(
            self.country, self.region, day.year
        )


@lru_cache(maxsize=256)
def _public(country: str, region: str | None, year: int) -> frozenset[date]:
    known = country_holidays(country, subdiv=region).supported_categories
    kept = tuple(sorted(_CATEGORIES & set(known)))
    return frozenset(
        country_holidays(country, subdiv=region, years=year, categories=kept or None, language=None)
    )
