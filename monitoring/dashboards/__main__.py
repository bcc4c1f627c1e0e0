"""`python -m monitoring.dashboards`: write Grafana's files anew."""

from __future__ import annotations

from monitoring.dashboards import BOARDS, FILES
from monitoring.dashboards.grafana import to_json

for board in BOARDS:
    (FILES / f"{board.name}.json").write_text(to_json(board), encoding="utf-8")
