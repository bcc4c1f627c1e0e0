"""A board as the JSON that Grafana reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from monitoring.dashboards.model import Board, Choice, Lookup, Panel, Query, Row, Shape, Unit

Json = dict[str, Any]

DATASOURCE: Json = {"type": "prometheus", "uid": "vaxel"}
"""As in the provisioning file of the data sources."""

NOTHING = "–"
"""Shown where there is no answer: nothing happened that the figure could be made of."""

_SCHEMA = 39  # Grafana 11's; later ones read it
_COLUMNS = 24
_HEIGHTS = {Shape.FIGURE: 4, Shape.BARS: 8, Shape.COURSE: 8, Shape.TABLE: 8}
_TYPES = {
    Shape.FIGURE: "stat",
    Shape.BARS: "bargauge",
    Shape.COURSE: "timeseries",
    Shape.TABLE: "table",
}
_UNITS: dict[Unit, Json] = {
    Unit.COUNT: {"unit": "short", "decimals": 0, "min": 0},
    Unit.PER_MINUTE: {"unit": "cpm", "min": 0},
    Unit.SECONDS: {"unit": "s", "min": 0},
    Unit.SHARE: {"unit": "percentunit", "decimals": 1, "min": 0, "max": 1},
    Unit.BYTES: {"unit": "bytes", "min": 0},
    Unit.NUMBER: {"unit": "none", "decimals": 2, "min": 0},
    Unit.SWITCH: {
        "unit": "none",
        "mappings": [
            {
                "type": "value",
                "options": {"0": {"text": "no", "index": 0}, "1": {"text": "yes", "index": 1}},
            }
        ],
    },
}


def to_json(board: Board) -> str:
    """The dashboard's file, the same text for the same board."""
    return json.dumps(_board(board), ensure_ascii=False, indent=2) + "\n"


def address(name: str) -> str:
    """Where Grafana shows the board."""
    return f"/d/vaxel-{name}"


def _board(board: Board) -> Json:
    return {
        "uid": f"vaxel-{board.name}",
        "title": board.title,
        "description": board.about,
        "tags": ["vaxel"],
        "schemaVersion": _SCHEMA,
        "editable": False,
        "refresh": "5s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "graphTooltip": 1,
        "links": [
            {
                "type": "dashboards",
                "title": "Växel",
                "tags": ["vaxel"],
                "asDropdown": False,
                "keepTime": True,
                "includeVars": True,
            }
        ],
        "templating": {"list": [_variable(variable) for variable in board.variables]},
        "annotations": {"list": []},
        "panels": list(_panels(board.rows)),
    }


def _variable(variable: Lookup | Choice) -> Json:
    common: Json = {"name": variable.name, "label": variable.title}
    if isinstance(variable, Lookup):
        query = f"label_values({variable.series}, {variable.name})"
        return common | {
            "type": "query",
            "datasource": DATASOURCE,
            "query": {"query": query, "refId": "A"},
            "refresh": 2,  # whenever the time shown changes
            "sort": 1,
            "includeAll": True,
            "allValue": ".*",
            "multi": False,
            "current": {"text": "All", "value": "$__all"},
        }
    options = [
        {"text": text, "value": value, "selected": index == 0}
        for index, (text, value) in enumerate(variable.values.items())
    ]
    return common | {
        "type": "custom",
        "query": ", ".join(f"{text} : {value}" for text, value in variable.values.items()),
        "options": options,
        "current": options[0],
    }


def _panels(rows: Sequence[Row]) -> Iterator[Json]:
    """Headings and panels, laid out left to right and top to bottom."""
    number, top = 0, 0
    for row in rows:
        number += 1
        yield {
            "id": number,
            "type": "row",
            "title": row.title,
            "collapsed": False,
            "panels": [],
            "gridPos": {"x": 0, "y": top, "w": _COLUMNS, "h": 1},
        }
        top += 1
        left, height = 0, 0
        for panel in row.panels:
            if left + panel.width > _COLUMNS:
                left, top, height = 0, top + height, 0
            number += 1
            grid = {"x": left, "y": top, "w": panel.width, "h": _HEIGHTS[panel.shape]}
            yield {"id": number, "gridPos": grid} | _panel(panel)
            left, height = left + panel.width, max(height, grid["h"])
        top += height


def _panel(panel: Panel) -> Json:
    steps: list[Json] = [{"color": panel.colour if panel.steps else "text", "value": None}]
    steps += [{"color": step.colour, "value": step.value} for step in panel.steps]
    defaults: Json = _UNITS[panel.unit] | {
        "noValue": NOTHING,
        "thresholds": {"mode": "absolute", "steps": steps},
        "color": {"mode": "thresholds"},
    }
    if panel.shape is Shape.COURSE:
        defaults |= {
            "color": {"mode": "palette-classic"},
            "custom": {
                "fillOpacity": 10,
                "showPoints": "never",
                "thresholdsStyle": {"mode": "line" if panel.steps else "off"},
            },
        }
    drawn: Json = {
        "type": _TYPES[panel.shape],
        "title": panel.title,
        "description": panel.about,
        "datasource": DATASOURCE,
        "targets": [_target(panel, index, query) for index, query in enumerate(panel.queries)],
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": _options(panel.shape),
    }
    return drawn | _table(panel) if panel.shape is Shape.TABLE else drawn


def _target(panel: Panel, index: int, query: Query) -> Json:
    is_course = panel.shape is Shape.COURSE
    return {
        "refId": _ref(index),
        "datasource": DATASOURCE,
        "expr": query.promql,
        "legendFormat": query.legend or panel.title,
        "range": is_course,
        "instant": not is_course,
        "format": "table" if panel.shape is Shape.TABLE else "time_series",
    }


def _options(shape: Shape) -> Json:
    reduced = {"calcs": ["lastNotNull"], "fields": "", "values": False}
    match shape:
        case Shape.FIGURE:
            return {"reduceOptions": reduced, "colorMode": "value", "graphMode": "none"}
        case Shape.BARS:
            return {"reduceOptions": reduced, "orientation": "horizontal", "displayMode": "basic"}
        case Shape.COURSE:
            return {
                "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
                "tooltip": {"mode": "multi", "sort": "desc"},
            }
        case Shape.TABLE:
            return {"showHeader": True, "cellHeight": "sm"}


def _table(panel: Panel) -> Json:
    """Columns joined by their labels, named by their queries, each in its own unit."""
    names = {f"Value #{_ref(index)}": query for index, query in enumerate(panel.queries)}
    links = [
        {
            "title": "This queue",
            "url": f"{address('queue')}?var-org=${{__data.fields.org}}"
            "&var-queue=${__data.fields.queue}&${__url_time_range}",
        }
    ]
    return {
        "transformations": [
            {"id": "merge", "options": {}},
            {
                "id": "organize",
                "options": {
                    "excludeByName": {"Time": True},
                    "renameByName": {name: query.legend for name, query in names.items()},
                },
            },
        ],
        "fieldConfig": {
            "defaults": {"noValue": NOTHING},
            "overrides": [
                *(_override(query.legend, query.unit or panel.unit) for query in names.values()),
                {
                    "matcher": {"id": "byName", "options": "queue"},
                    "properties": [{"id": "links", "value": links}],
                },
            ],
        },
    }


def _override(column: str, unit: Unit) -> Json:
    return {
        "matcher": {"id": "byName", "options": column},
        "properties": [{"id": key, "value": value} for key, value in _UNITS[unit].items()],
    }


def _ref(index: int) -> str:
    """``A``, ``B`` …, as Grafana names queries."""
    return chr(ord("A") + index)
