"""A row of the platform's board: who asks the API."""

from __future__ import annotations

from monitoring.dashboards import asked
from monitoring.dashboards.drawn import figure
from monitoring.dashboards.model import Row, Step, Unit
from monitoring.metrics import api

API = Row(
    "API",
    (
        figure(
            "Followers",
            "Connections that follow events.",
            Unit.COUNT,
            asked.now(api.API_FOLLOWERS, where=""),
        ),
        figure(
            "Let go",
            "Followers whose connection was closed from here, in the time shown.",
            Unit.COUNT,
            asked.total(api.API_LET_GO, where=""),
        ),
        figure(
            "Wrong tokens",
            "Requests that had no token that works, in the time shown.",
            Unit.COUNT,
            asked.total(api.API_REFUSED, where=""),
            (Step(1, "yellow"), Step(100, "red")),
        ),
        figure(
            "Roles too low",
            "Requests that wanted more than their token's role may, in the time shown.",
            Unit.COUNT,
            asked.total(api.API_ROLES_REFUSED, where=""),
            (Step(1, "yellow"), Step(100, "red")),
        ),
    ),
)
