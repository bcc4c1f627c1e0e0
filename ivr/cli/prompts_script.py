"""``vaxel prompts script``: what a speaker is to read at the studio."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Annotated, Literal

import typer

from ivr.cli.names import Org
from ivr.cli.prompts_place import Language, at_place, lines_shown
from ivr.flow.organisation import Organisation
from ivr.flow.vocabulary import LANGUAGES
from ivr.prompts.recorded_lines import Entry, State

_PAGE = """<!doctype html>
<html lang="{language}"><meta charset="utf-8"><title>{title}</title>
<style>
  body {{ font: 16px/1.5 sans-serif; max-width: 50em; margin: 2em auto; }}
  td {{ padding: .6em 1em .6em 0; border-top: 1px solid #ccc; vertical-align: top; }}
  td.text {{ font-size: 1.25em; }} td.key {{ font-family: monospace; overflow-wrap: anywhere; }}
  tr {{ break-inside: avoid; }}
</style>
<h1>{title}</h1>
<p>{advice}</p>
{tables}
</html>
"""
_ADVICE = (
    "One file a text, named by its key: recordings/LANGUAGE/KEY.wav. Mono, 48 kHz, 24 bit, peaks "
    "at -6 dBFS, a quiet room, no music; at most 0.2 s of silence before and after."
)


def register(group: typer.Typer) -> None:
    """Add the command to ``vaxel prompts``."""
    group.command("script")(script)


def script(
    org: Org,
    *,
    language: Language = None,
    every: Annotated[
        bool, typer.Option("--all", help="Also what is recorded and as it should be.")
    ] = False,
    form: Annotated[
        Literal["csv", "html"], typer.Option("--format", help="A table, or a page to be printed.")
    ] = "csv",
    to: Annotated[
        Path | None, typer.Option(help="Write it to this file.", show_default=False)
    ] = None,
) -> None:
    """Print what a speaker is to read: key, language, text; each sentence once.

    Texts that depend on the call are not among them: those the voice speaks.
    """
    place = at_place()
    chosen = place.one(org)
    entries = _to_read(lines_shown(place.survey(chosen).entries, language, None), every=every)
    written = _as_csv(entries) if form == "csv" else _as_html(chosen, entries)
    if to is None:
        print(written, end="")
    else:
        # spreadsheets take a file for UTF-8 only with this mark
        to.write_text(written, encoding="utf-8-sig" if form == "csv" else "utf-8", newline="")


def _to_read(entries: Sequence[Entry], *, every: bool) -> list[Entry]:
    left_out = {State.EXPRESSION} if every else {State.EXPRESSION, State.RECORDED, State.NEW}
    once = {
        (entry.line.language, entry.line.sentence): entry
        for entry in reversed(entries)
        if entry.state not in left_out
    }
    return sorted(reversed(once.values()), key=lambda entry: entry.line.language)


def _as_csv(entries: Sequence[Entry]) -> str:
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(("key", "language", "text"))
    writer.writerows(
        (entry.line.key, entry.line.language, entry.line.sentence) for entry in entries
    )
    return table.getvalue()


def _as_html(organisation: Organisation, entries: Sequence[Entry]) -> str:
    languages = dict.fromkeys(entry.line.language for entry in entries)
    tables = "\n".join(_table(tag, entries) for tag in languages)
    return _PAGE.format(
        language="en",
        title=escape(f"{organisation.name}: texts to be recorded"),
        advice=escape(_ADVICE),
        tables=tables,
    )


def _table(language: str, entries: Sequence[Entry]) -> str:
    rows = "\n".join(
        f'<tr><td class="key">{escape(entry.line.key)}</td>'
        f'<td class="text" lang="{language}">{escape(entry.line.sentence)}</td></tr>'
        for entry in entries
        if entry.line.language == language
    )
    return f"<h2>{LANGUAGES[language]} ({language})</h2>\n<table>\n{rows}\n</table>"
