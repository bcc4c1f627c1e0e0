"""How commands say times, lengths and numbers of things."""

from __future__ import annotations

import sys
from datetime import datetime

from rich.console import Console

_WIDE = 240
"""Columns where the output is no terminal: a table is for a program or a file, unbroken."""

_SHOWN_DIGITS = 3


def console() -> Console:
    """Where a command speaks."""
    width = None if sys.stdout.isatty() else _WIDE
    return Console(highlight=False, soft_wrap=True, width=width, markup=False, emoji=False)


def warn(sentence: str) -> None:
    """Say beside the output what is not as it should be."""
    console = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)
    console.print(f"Warning: {sentence}", style="bold yellow")


def when(moment: datetime) -> str:
    """A moment by this machine's clock."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"


def length(milliseconds: int) -> str:
    """A duration as hours, minutes and seconds."""
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def masked(number: str) -> str:
    """A telephone number of which only the last digits are left."""
    return f"…{number[-_SHOWN_DIGITS:]}"


def count(number: int, noun: str) -> str:
    """A number of things."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
