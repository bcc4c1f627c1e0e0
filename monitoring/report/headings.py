"""The columns of a table whose headings are words of reports."""

from __future__ import annotations

from collections.abc import Mapping

from monitoring.report.sheet import Column, Kind
from monitoring.report.words import Word

Headings = Mapping[str, tuple[Word, Kind]]
"""By the stable key of each column, from left to right."""


def columns(headings: Headings, language: str) -> list[Column]:
    """Spoken in a language."""
    return [Column(key, word.spoken(language), kind) for key, (word, kind) in headings.items()]
