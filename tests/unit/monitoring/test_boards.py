"""The boards as code: they ask for what exists, in PromQL that Prometheus understands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ivr.settings import PrometheusSettings
from monitoring.dashboards import BOARDS, FILES, asked, board_named
from monitoring.dashboards.asking import Span
from monitoring.dashboards.grafana import DATASOURCE, to_json
from monitoring.dashboards.model import Board, Choice, Panel, fill
from monitoring.errors import UnknownBoard
from monitoring.prometheus import SCRAPE_SECONDS
from tests.unit.monitoring.prometheus import NAMES, promtool

pytestmark = pytest.mark.unit

SPAN = Span(1000, 1900)
PROVISIONING = FILES.parent / "provisioning"
OTHERS = {"ALERTS", "up", "scrape_duration_seconds", "scrape_samples_scraped"}
"""What Prometheus itself tells; what begins with process_ the client library does."""

every_board = pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)


def values(board: Board) -> dict[str, str]:
    """Something for each variable that the board declares, and for no other."""
    chosen = {
        variable.name: next(iter(variable.values.values()))
        if isinstance(variable, Choice)
        else ".*"
        for variable in board.variables
    }
    return chosen | dict(SPAN.variables())


def queries(board: Board) -> Iterator[tuple[Panel, str]]:
    for panel in board.panels:
        for query in panel.queries:
            yield panel, fill(query.promql, values(board))


@every_board
def test_grafanas_file_is_what_the_code_says(board: Board) -> None:
    assert (FILES / f"{board.name}.json").read_text(encoding="utf-8") == to_json(board), (
        "run: python -m monitoring.dashboards"
    )


def test_grafana_has_no_board_that_the_code_does_not_have() -> None:
    assert {file.stem for file in FILES.glob("*.json")} == {board.name for board in BOARDS}


@every_board
def test_every_query_is_promql(board: Board, tmp_path: Path) -> None:
    rules = [
        {"record": f"q:{index}", "expr": promql} for index, (_, promql) in enumerate(queries(board))
    ]
    file = tmp_path / "rules.yml"
    file.write_text(json.dumps({"groups": [{"name": "boards", "rules": rules}]}))

    promtool("check", "rules", file)


@every_board
def test_no_panel_asks_for_a_metric_that_nobody_tells(board: Board) -> None:
    names = re.compile(r"\b([a-zA-Z_]\w*)\s*(?=[{\[])|\b(vaxel_\w+|process_\w+|scrape_\w+)")
    for panel, promql in queries(board):
        for found in names.findall(promql):
            name = re.sub(r"_(bucket|sum|count)$", "", found[0] or found[1])
            assert name in NAMES | OTHERS or name.startswith("process_"), (panel.title, name)


def test_every_metric_is_on_some_board() -> None:
    asked_for = " ".join(promql for board in BOARDS for _, promql in queries(board))

    assert not {name for name in NAMES if name not in asked_for}


@every_board
def test_a_panel_is_found_by_its_title_and_says_what_it_shows(board: Board) -> None:
    titles = [(row.title, panel.title) for row in board.rows for panel in row.panels]

    assert len(set(titles)) == len(titles)
    for panel in board.panels:
        assert panel.about.endswith("."), panel.title
        assert panel.queries, panel.title


@every_board
def test_panels_lie_side_by_side_and_never_on_each_other(board: Board) -> None:
    panels = json.loads(to_json(board))["panels"]
    taken: dict[tuple[int, int], str] = {}
    for panel in panels:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                assert taken.setdefault((x, y), panel["title"]) == panel["title"]
    assert len({panel["id"] for panel in panels}) == len(panels)


def test_the_provisioned_source_is_the_one_that_the_boards_ask() -> None:
    yaml = YAML(typ="safe")
    (source,) = yaml.load(PROVISIONING / "datasources" / "vaxel.yml")["datasources"]
    (provider,) = yaml.load(PROVISIONING / "dashboards" / "vaxel.yml")["providers"]

    assert {"type": source["type"], "uid": source["uid"]} == DATASOURCE
    assert provider["type"] == "file"
    assert source["url"] == f"http://{PrometheusSettings().host}:{PrometheusSettings().port}"
    assert source["jsonData"]["timeInterval"] == f"{SCRAPE_SECONDS}s"


# One queue's day, as the field's textbooks have it: AN 1000, AB 60, AN≤T 860, AB≤T 20, AB≤5 s 10
SERIES = {
    "vaxel_calls_answered_total{}": 1000,
    "vaxel_calls_abandoned_total{}": 60,
    "vaxel_calls_left_total{}": 0,
    'vaxel_answered_wait_seconds_bucket{le="20.0"}': 860,
    'vaxel_abandoned_wait_seconds_bucket{le="20.0"}': 20,
    'vaxel_abandoned_wait_seconds_bucket{le="5.0"}': 10,
}
SHARES = {"F1": 0.830, "F2": 0.860, "F3": 0.811, "F4": 0.827, "F5": 0.821}


@pytest.mark.parametrize("code", SHARES)
def test_the_chosen_formula_is_the_one_that_is_calculated(code: str, tmp_path: Path) -> None:
    number = next(i for i, figure in enumerate(asked.FORMULAS) if figure.code == code)
    promql = fill(
        asked.service_level(),
        {"org": ".*", "queue": ".*", "formula": str(number), "threshold": "20.0"}
        | dict(SPAN.variables()),
    )
    labels = 'org="demo",queue="support"'
    test = {
        "interval": "1m",
        "input_series": [
            {
                "series": series.replace("{}", f"{{{labels}}}").replace("{le", f"{{{labels},le"),
                "values": f"0x5 {value}x15",
            }
            for series, value in SERIES.items()
        ],
        "promql_expr_test": [
            {
                "expr": f"round({promql}, 0.001)",
                "eval_time": "15m",
                "exp_samples": [{"labels": "{}", "value": SHARES[code]}],
            },
            {"expr": promql, "eval_time": "4m", "exp_samples": []},  # before the first call
        ],
    }
    (tmp_path / "none.yml").write_text("groups: []\n")
    file = tmp_path / "test.yml"
    file.write_text(json.dumps({"rule_files": ["none.yml"], "tests": [test]}))

    promtool("test", "rules", file)


def test_the_average_score_weighs_each_answer_and_leaves_spoken_ones_out(tmp_path: Path) -> None:
    given = {"1": 1, "2": 0, "3": 1, "4": 2, "5": 6, "spoken": 9}
    labels = 'org="demo",survey="after",question="helpful"'
    variables = {"org": ".*", **SPAN.variables()}
    test = {
        "interval": "1m",
        "input_series": [
            {
                "series": f'vaxel_survey_answers_total{{{labels},score="{score}"}}',
                "values": f"0x5 {count}x15",
            }
            for score, count in given.items()
        ],
        "promql_expr_test": [
            {
                "expr": f"round({fill(asked.mean_score(*by), variables)}, 0.001)",
                "eval_time": time,
                "exp_samples": samples,
            }
            for by, named in (((), "{}"), (("org", "question"), '{org="demo",question="helpful"}'))
            for time, samples in (("15m", [{"labels": named, "value": 4.2}]), ("4m", []))
        ],
    }
    (tmp_path / "none.yml").write_text("groups: []\n")
    file = tmp_path / "test.yml"
    file.write_text(json.dumps({"rule_files": ["none.yml"], "tests": [test]}))

    promtool("test", "rules", file)


def test_a_board_that_is_not_there_is_told_with_those_that_are() -> None:
    assert board_named("queue").title == "Växel: queue"
    with pytest.raises(UnknownBoard, match="overview, queue, agents, callbacks, platform"):
        board_named("cases")
