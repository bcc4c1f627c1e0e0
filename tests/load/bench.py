"""`make bench`: every benchmark of this folder against its peers, in one run on one machine.

    python -m tests.load.bench [--rounds 3] [fastagi ami …]

A benchmark is a package of this folder with ``measure(rounds: int) -> list[Ratio]``. Progress goes
to stderr, the table (Markdown, for the README) to stdout. Exit code 1: a bar is missed; 2: it could
not be measured.
"""

from __future__ import annotations

import argparse
import datetime
import importlib
import os
import pkgutil
import platform
import sys
from collections.abc import Callable

import tests.load
from tests.load.ratios import CannotMeasure, Ratio, as_table

__all__ = ["CannotMeasure", "Measure", "benchmarks", "main"]

Measure = Callable[[int], list[Ratio]]


def benchmarks() -> dict[str, Measure]:
    """Name to function of every benchmark there is."""
    found: dict[str, Measure] = {}
    for module in pkgutil.iter_modules(tests.load.__path__):
        if module.ispkg:
            package = importlib.import_module(f"tests.load.{module.name}")
            if hasattr(package, "measure"):
                found[module.name] = package.measure
    return found


def machine() -> str:
    """One line that says where and when the figures were taken."""
    today = datetime.datetime.now(tz=datetime.UTC).date()
    cores = len(os.sched_getaffinity(0))
    return f"{today}, {cores} cores, {platform.system()} {platform.machine()}, Python " + (
        platform.python_version()
    )


def main() -> int:
    """Measure, print, judge."""
    known = benchmarks()
    parser = argparse.ArgumentParser(description="Measure Växel beside its peers.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}; or all")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    unknown = set(asked.names) - set(known)
    if unknown:
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    ratios: list[Ratio] = []
    for name in asked.names or known:
        print(f"{name}:", file=sys.stderr, flush=True)
        try:
            ratios += known[name](asked.rounds)
        except CannotMeasure as reason:
            print(f"{name} could not be measured: {reason}", file=sys.stderr)
            return 2
    print(f"Measured {machine()}; medians of {asked.rounds} interleaved rounds.\n")
    print(as_table(ratios))
    return 0 if all(ratio.held for ratio in ratios) else 1


if __name__ == "__main__":
    sys.exit(main())
