"""``vaxel test``: the admins' own tests of their call trees, played in memory."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from ivr.cli.saying import count
from ivr.cli.verdicts import as_json, as_junit
from ivr.flow.load import check
from ivr.flow.problems import Problem, Severity
from ivr.flow.trials.coverage import Share
from ivr.flow.trials.suite import Report, Tried, Verdict, try_all
from ivr.platform.preflight import load_settings

_USAGE = 2
_FAILED = 1
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}


class Format(StrEnum):
    """For whom the result is written."""

    TEXT = "text"
    JUNIT = "junit"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the command to ``vaxel``."""
    app.command("test")(play)


def play(
    where: Annotated[
        str | None,
        typer.Argument(
            metavar="[FOLDER|ORG]",
            help="A folder of organisations, one organisation's folder, or its id. All of the "
            "installation's own when left out.",
            show_default=False,
        ),
    ] = None,
    *,
    form: Annotated[
        Format, typer.Option("--format", help="text for people, junit or json for a CI server.")
    ] = Format.TEXT,
    named: Annotated[
        str,
        typer.Option(
            "-k", metavar="NAME", help="Only tests whose name holds this.", show_default=False
        ),
    ] = "",
    minimum: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=100,
            help="Fail when fewer per cent of a tree's nodes or branches are tested.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Play the tests that stand beside the call trees, TREE.test.yaml.

    Needs no telephone and no running platform; the time of day is the test's own. Ends with 0 when
    every test passes, 1 when one fails, a file has an error or too little is tested, and 2 when
    there is no such folder or test.
    """
    if named and minimum is not None:
        raise typer.BadParameter("some of the tests cannot test all", param_hint="-k/--minimum")
    # What a call logs when it fails is told as a sentence of the test.
    logging.getLogger("ivr.flow").addHandler(logging.NullHandler())
    report = try_all(_folder(where), named=named)
    if named and report.passed and not any(report.verdicts):
        _console(stderr=True).print(f"No test's name holds “{named}”.")
        raise typer.Exit(_USAGE)
    short = [tried for tried in report.tried if _is_short(tried, minimum)]
    if form is Format.JSON:
        sys.stdout.write(as_json(report))
    elif form is Format.JUNIT:
        sys.stdout.write(as_junit(report, short))
    else:
        _tell(_console(), report, short, minimum or 0, partly=bool(named))
    if short or not report.passed:
        raise typer.Exit(_FAILED)


def _folder(where: str | None) -> Path:
    """The folder that is meant; ends the command when there is none."""
    if where is not None and Path(where).is_dir():
        return Path(where)
    trees = load_settings().trees
    if where is None and trees.is_dir():
        return trees
    for home in check(trees).homes if where is not None else ():
        folder = home.document.file.parent
        if where == folder.name or (home.organisation and where == home.organisation.id):
            return folder
    missing = f"neither a folder nor an organisation in {trees}" if where else "not a folder"
    _console(stderr=True).print(
        f"{where or trees} is {missing}; name the folder of the call trees."
    )
    raise typer.Exit(_USAGE)


def _is_short(tried: Tried, minimum: float | None) -> bool:
    return minimum is not None and min(tried.nodes.percent, tried.branches.percent) < minimum


def _tell(
    console: Console, report: Report, short: list[Tried], minimum: float, *, partly: bool
) -> None:
    for problem in report.problems:
        _tell_problem(console, problem)
    for tried in report.tried:
        for problem in tried.problems:
            _tell_problem(console, problem)
        for verdict in tried.verdicts:
            if not verdict.passed:
                _tell_failure(console, verdict)
    for tried in report.tried:
        for problem in tried.untested:
            _tell_problem(console, problem)
    if report.tried and not partly:
        console.print("\n".join(_table(report)))
    for tried in short:
        percent = min(tried.nodes.percent, tried.branches.percent)
        told = f"{tried.label}: only {int(percent)} % is tested, {minimum:g} % is wanted"
        console.print(Text(told, "bold red"))
    console.print(_summary(report))


def _tell_problem(console: Console, problem: Problem) -> None:
    headline, *rest = str(problem).split("\n")
    console.print(Text(headline, f"bold {_COLOURS[problem.severity]}"))
    if rest:
        console.print(Text("\n".join(rest)))


def _tell_failure(console: Console, verdict: Verdict) -> None:
    console.print(Text(f"failed: {verdict.name}", "bold"))
    for problem in verdict.problems:
        _tell_problem(console, problem)
    console.print(f"    the way: {' → '.join(verdict.way) or 'none'}")
    for line in verdict.story:
        console.print(Text(f"      {line}", "dim"))
    console.print()


def _table(report: Report) -> Iterator[str]:
    rows: list[tuple[str, ...]] = [("tree", "tests passed", "nodes tested", "branches tested")]
    for tried in report.tried:
        passed = Share(sum(one.passed for one in tried.verdicts), len(tried.verdicts))
        rows.append((tried.label, *map(str, (passed, tried.nodes, tried.branches))))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _summary(report: Report) -> str:
    verdicts = list(report.verdicts)
    failed = sum(not verdict.passed for verdict in verdicts)
    unread = len(report.problems) + sum(len(tried.problems) for tried in report.tried)
    seconds = sum(verdict.seconds for verdict in verdicts)
    parts = [f"{count(len(verdicts), 'test')} in {seconds:.2f} s", f"{failed} failed"]
    if unread:
        parts.append(f"{count(unread, 'error')} in the files")
    return ", ".join(parts)


def _console(*, stderr: bool = False) -> Console:
    """Colours on a terminal only; lines are never broken, so that editors find the places."""
    return Console(stderr=stderr, highlight=False, soft_wrap=True, markup=False, emoji=False)
