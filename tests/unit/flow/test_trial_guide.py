"""What the admins' guide to tests shows is true."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from ivr.flow.trials.given import Given
from ivr.flow.trials.suite import try_all
from ivr.flow.trials.trial import Then
from tests.unit.flow.trees import DEMO

pytestmark = pytest.mark.unit

GUIDE = (DEMO / "TESTS.md").read_text(encoding="utf-8")


def test_its_example_passes(tmp_path: Path) -> None:
    demo = tmp_path / "demo"
    shutil.copytree(DEMO / "demo", demo)
    shutil.copy(DEMO / "base.yaml", tmp_path)
    (example,) = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    (demo / "reception.test.yaml").write_text(example, encoding="utf-8")
    report = try_all(demo, named="customer service")
    assert [str(problem) for verdict in report.verdicts for problem in verdict.problems] == []
    assert len(list(report.verdicts)) == 2


@pytest.mark.parametrize("key", [*Given.model_fields, *Then.model_fields])
def test_it_names_every_key(key: str) -> None:
    assert f"| `{key}: " in GUIDE
