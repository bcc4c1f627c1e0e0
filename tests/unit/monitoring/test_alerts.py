"""The alert rules, judged by Prometheus's own tool."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from monitoring.alerts import RULES
from monitoring.definitions.figure import Figure, Query
from monitoring.definitions.key_figures import ABANDON_RATE
from monitoring.definitions.service_level import formula
from tests.unit.monitoring.prometheus import METRICS, NAMES, promtool

pytestmark = pytest.mark.unit

TESTS = Path(__file__).parent / "alerts"
OURS = re.compile(r"\bvaxel_\w+")
SHARED = re.compile(
    "|".join(rf"{metric.name}(_bucket|_sum|_count)?($|{{)" for metric in METRICS if not metric.each)
)


def rules() -> dict[str, dict[str, Any]]:
    """Every rule by its name."""
    yaml = YAML(typ="safe")
    found = [
        rule
        for file in sorted(RULES.glob("*.yml"))
        for group in yaml.load(file)["groups"]
        for rule in group["rules"]
    ]
    by_name = {rule["alert"]: rule for rule in found}
    assert len(by_name) == len(found), "two rules of one name"
    return by_name


@pytest.mark.parametrize("file", sorted(RULES.glob("*.yml")), ids=lambda file: file.stem)
def test_each_rule_fires_when_it_must_and_only_then(file: Path) -> None:
    promtool("check", "rules", file)
    promtool("test", "rules", TESTS / f"{file.stem}.test.yml")


@pytest.mark.parametrize("file", sorted(RULES.glob("*.yml")), ids=lambda file: file.stem)
def test_each_rule_fires_once_for_two_controllers_that_tell_the_same(
    file: Path, tmp_path: Path
) -> None:
    asked = YAML(typ="safe").load(TESTS / f"{file.stem}.test.yml")
    asked["rule_files"] = [str(file)]
    for test in asked["tests"]:
        test["input_series"] += [
            one | {"series": _by_another(one["series"])}
            for one in test["input_series"]
            if SHARED.match(one["series"])
        ]
    twice = tmp_path / "twice.yml"
    twice.write_text(json.dumps(asked))
    promtool("test", "rules", twice)


def _by_another(series: str) -> str:
    name, _, labels = series.rstrip("}").partition("{")
    more = ", ".join(filter(None, (labels, 'instance="another"')))
    return f"{name}{{{more}}}"


@pytest.mark.parametrize("name", rules())
def test_each_rule_is_tested_and_says_how_urgent_it_is_and_what_to_do(name: str) -> None:
    rule = rules()[name]

    tested = "".join(file.read_text() for file in TESTS.glob("*.yml"))
    assert f'alertname="{name}"' in tested
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert {"summary", "action"} == set(rule["annotations"])
    assert all(text.rstrip().endswith(".") for text in rule["annotations"].values())


@pytest.mark.parametrize(
    ("name", "figure"),
    [("ServiceLevelLow", formula("F3")), ("AbandonmentHigh", ABANDON_RATE)],
)
def test_a_rule_about_a_figure_asks_for_it_as_it_is_defined(name: str, figure: Figure) -> None:
    defined = figure.promql(Query("30m", threshold=20))
    assert "".join(rules()[name]["expr"].split()).startswith("".join(defined.split()))


def test_no_rule_asks_for_a_metric_that_nobody_tells() -> None:
    asked = {name for rule in rules().values() for name in OURS.findall(rule["expr"])}

    assert {re.sub(r"_(bucket|sum|count)$", "", name) for name in asked} <= NAMES
