"""What a page of the controller that changes something asks of a request.

Who asks must sit on this machine and send an object in JSON: no page that somebody reads in a
browser can do that.
"""

from __future__ import annotations

import ipaddress
from typing import Any, Final

from aiohttp import web

_LONGEST_NAME: Final = 128
_FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")
"""A proxy on this machine tells so that it asks for somebody else."""


async def said(request: web.Request, example: str) -> dict[str, Any]:
    """What a request says.

    Args:
        request: Any.
        example: What a right one says, for whoever asks wrongly.

    Raises:
        HTTPForbidden: It comes from another machine.
        HTTPUnsupportedMediaType: It is no JSON.
        HTTPBadRequest: It is no object.
    """
    nearby(request)
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text=f"Send JSON: {example}.\n")
    try:
        told: Any = await request.json()
    except (ValueError, LookupError, RecursionError):  # LookupError: no such charset
        told = None
    if not isinstance(told, dict):
        raise web.HTTPBadRequest(text=f"Send an object: {example}.\n")
    return told


def nearby(request: web.Request) -> None:
    """Refuse who does not sit on this machine.

    Raises:
        HTTPForbidden: They do not.
    """
    if not _is_near(request.remote) or any(name in request.headers for name in _FORWARDED):
        raise web.HTTPForbidden(text="Ask from the controller's own machine.\n")


def who_asks(told: dict[str, Any]) -> str:
    """The user who asks, as ``who`` says; ``""`` where it is left out.

    Raises:
        HTTPBadRequest: It is no text.
    """
    who = told.get("who", "")
    if not isinstance(who, str):
        raise web.HTTPBadRequest(text='Send a name as text: {"who": "name"}.\n')
    return "".join(one for one in who if one.isprintable())[:_LONGEST_NAME]


def _is_near(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False
