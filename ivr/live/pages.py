"""The call trees by HTTP: how they stand, a reload, the end of an organisation.

``GET /trees``, ``POST /trees/reload`` and ``POST /trees/retire/ORG``, whose files must be gone.
What is taken up lies on this machine's disk; nothing comes with the request but names.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from ivr.live.ask import PATH
from ivr.live.model import Reloaded
from ivr.live.trees import LiveTrees
from ivr.local_requests import said, who_asks
from ivr.platform.errors import RetirementRefused
from store.tree_files import SHORT
from store.tree_models import ChangeKind

_EXAMPLE: Final = '{"who": "name"}'


def pages(trees: LiveTrees) -> Iterator[web.AbstractRouteDef]:
    """The pages, for the controller's server."""

    async def tell(_request: web.Request) -> web.Response:
        return web.json_response({"organisations": _standing(trees)})

    async def reload(request: web.Request) -> web.Response:
        who = who_asks(await said(request, _EXAMPLE))
        return web.json_response(_told(await trees.reload(who, ChangeKind.ASKED)))

    async def retire(request: web.Request) -> web.Response:
        who = who_asks(await said(request, _EXAMPLE))
        try:
            return web.json_response(_told(await trees.retire(request.match_info["org"], who)))
        except RetirementRefused as refused:
            raise web.HTTPConflict(text=str(refused)) from refused

    yield web.get(PATH, tell)
    yield web.post(f"{PATH}/retire/{{org}}", retire)
    yield web.post(f"{PATH}/reload", reload)


def _told(reloaded: Reloaded) -> dict[str, object]:
    return {
        "outcome": reloaded.outcome.value,
        "changed": dict(reloaded.changed),
        "refused": dict(reloaded.refused),
    }


def _standing(trees: LiveTrees) -> dict[str, dict[str, str]]:
    """Version, time and what is refused, by organisation."""
    told: dict[str, dict[str, str]] = {}
    for org, standing in trees.served.items():
        since = datetime.fromtimestamp(standing.since_ms / 1000, UTC)
        told[org] = {
            "version": standing.part.version[:SHORT],
            "since": since.isoformat(timespec="seconds"),
        }
    for org, refusal in trees.refused.items():
        told.setdefault(org, {})["refused"] = refusal.sentence
    return told
