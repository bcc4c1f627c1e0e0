"""The call trees by HTTP: how they stand, a reload, the end of an organisation.

``GET /trees``, ``POST /trees/reload`` and ``POST /trees/retire/ORG``, whose files must be gone.
Who asks must sit on this machine and send JSON: no page that somebody reads in a browser can do
that. What is taken up lies on this machine's disk; nothing comes with the request but names.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime
from json import JSONDecodeError
from typing import Any, Final

from aiohttp import web

from ivr.live.model import Reloaded
from ivr.live.trees import LiveTrees
from ivr.platform.errors import RetirementRefused
from store.tree_history import SHORT
from store.tree_models import ChangeKind

PATH: Final = "/trees"
_LONGEST_NAME: Final = 128


def pages(trees: LiveTrees) -> Iterator[web.AbstractRouteDef]:
    """The pages, for the controller's server."""

    async def tell(_request: web.Request) -> web.Response:
        return web.json_response({"organisations": _standing(trees)})

    async def reload(request: web.Request) -> web.Response:
        if not _is_near(request.remote):
            raise web.HTTPForbidden(text="Call trees are reloaded from the controller's machine.\n")
        return web.json_response(_told(await trees.reload(await _who(request), ChangeKind.ASKED)))

    async def retire(request: web.Request) -> web.Response:
        if not _is_near(request.remote):
            raise web.HTTPForbidden(
                text="Organisations are retired from the controller's machine.\n"
            )
        who = await _who(request)
        try:
            return web.json_response(_told(await trees.retire(request.match_info["org"], who)))
        except RetirementRefused as refused:
            raise web.HTTPConflict(text=str(refused)) from refused

    yield web.get(PATH, tell)
    yield web.post(f"{PATH}/retire/{{org}}", retire)
    yield web.post(f"{PATH}/reload", reload)


def _is_near(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


async def _who(request: web.Request) -> str:
    """The user who asks, as they say."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text='Send JSON: {"who": "name"}.\n')
    try:
        said: Any = await request.json()
    except (JSONDecodeError, UnicodeDecodeError):
        said = None
    who = said.get("who", "") if isinstance(said, dict) else None
    if not isinstance(who, str):
        raise web.HTTPBadRequest(text='Send an object: {"who": "name"}.\n')
    return "".join(one for one in who if one.isprintable())[:_LONGEST_NAME]


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
