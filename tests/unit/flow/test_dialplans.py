"""Every organisation as shipped: right, without a warning, and each branch of it tested."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.load import check
from ivr.flow.reading import ORGANISATION_FILE
from ivr.flow.trials.suite import try_all
from tests.unit.flow.trees import DEMO

pytestmark = pytest.mark.unit

SHIPPED = {file.parent.name: file.parent for file in sorted(DEMO.glob(f"*/{ORGANISATION_FILE}"))}


def test_there_is_something_shipped() -> None:
    assert "demo" in SHIPPED


@pytest.mark.parametrize("folder", SHIPPED.values(), ids=SHIPPED)
def test_it_has_neither_errors_nor_warnings(folder: Path) -> None:
    assert [str(problem) for problem in check(folder).problems] == []


@pytest.mark.parametrize("folder", SHIPPED.values(), ids=SHIPPED)
def test_its_own_tests_pass_and_try_every_branch(folder: Path) -> None:
    report = try_all(folder)
    problems = [
        *report.problems,
        *(problem for tried in report.tried for problem in (*tried.problems, *tried.untested)),
        *(problem for verdict in report.verdicts for problem in verdict.problems),
    ]
    assert [str(problem) for problem in problems] == []
    assert all(tried.branches.percent == 100 for tried in report.tried)
    assert report.tried
