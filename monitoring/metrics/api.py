"""Who asks the API."""

from __future__ import annotations

from monitoring.kinds import Counter, Gauge

API_REFUSED = Counter(
    "vaxel_api_tokens_refused_total",
    "Requests to the API that had no token that works, since this controller's start.",
    (),
    each=True,
)
API_ROLES_REFUSED = Counter(
    "vaxel_api_roles_refused_total",
    "Requests to the API that wanted more than their token's role may, since this controller's"
    " start.",
    (),
    each=True,
)
API_FOLLOWERS = Gauge(
    "vaxel_api_followers", "Connections that follow events at this controller.", each=True
)
API_LET_GO = Counter(
    "vaxel_api_followers_let_go_total",
    "Connections that follow events and were closed by this controller, by why, since its start.",
    ("reason",),
    each=True,
)
