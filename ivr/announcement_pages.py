"""Announcements by HTTP: ``GET /announcements`` tells which are on, ``PUT`` and ``DELETE`` switch.

``PUT /announcements/{organisation}/{name}`` takes ``{"for": "2 h", "words": {"sv": "…"}, "who":
"name"}``; without words, those of the organisation's file are said. ``DELETE`` takes ``{"who":
"name"}``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from aiohttp import web
from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from ivr.announcements import LONGEST_S, SHORTEST_S, Announcements, SwitchedOn, Words
from ivr.flow.faults import Strict
from ivr.flow.lengths import Length
from ivr.flow.organisation import Organisation
from ivr.local_requests import said, who_asks
from store.stream import REPLY_SECONDS, StreamUnavailable

PATH: Final = "/announcements"
_ONE: Final = f"{PATH}/{{organisation}}/{{name}}"
_EXAMPLE: Final = '{"for": "2 h", "words": {"sv": "Bron är stängd"}, "who": "name"}'


class SwitchOn(Strict):
    """What it takes to switch one on.

    Attributes:
        length: Seconds.
        words: Own words by language.
    """

    length: Annotated[float, Length(SHORTEST_S, LONGEST_S)] = Field(alias="for")
    words: dict[str, Words] = Field(default_factory=dict)


def announcement_pages(
    organisations: Callable[[], Mapping[str, Organisation]],
    announcements: Callable[[str], Announcements],
) -> Iterator[web.AbstractRouteDef]:
    """The pages, for the controller's server.

    Args:
        organisations: Those of the moment, by id.
        announcements: Those of one of them.
    """

    async def tell(_request: web.Request) -> web.Response:
        with _redis_asked():
            return web.json_response(
                {
                    org: {
                        name: _told(await announcements(org).on(name, REPLY_SECONDS))
                        for name in organisation.announcements
                    }
                    for org, organisation in organisations().items()
                }
            )

    async def on(request: web.Request) -> web.Response:
        wanted = await said(request, _EXAMPLE)
        who = who_asks(wanted)
        organisation, name = _named(request, organisations())
        wish = _wish(wanted, organisation)
        kept = announcements(organisation.id)
        with _redis_asked():
            await kept.switch_on(name, wish.length, wish.words, who=who)
            return web.json_response(_told(await kept.on(name, REPLY_SECONDS)))

    async def off(request: web.Request) -> web.Response:
        wanted = await said(request, '{"who": "name"}')
        organisation, name = _named(request, organisations())
        with _redis_asked():
            await announcements(organisation.id).switch_off(name, who=who_asks(wanted))
        return web.json_response(_told(None))

    yield web.get(PATH, tell)
    yield web.put(_ONE, on)
    yield web.delete(_ONE, off)


def _named(
    request: web.Request, organisations: Mapping[str, Organisation]
) -> tuple[Organisation, str]:
    org, name = request.match_info["organisation"], request.match_info["name"]
    organisation = organisations.get(org)
    if organisation is None:
        raise web.HTTPNotFound(text=f"Organisations are: {', '.join(sorted(organisations))}.\n")
    if name not in organisation.announcements:
        known = ", ".join(sorted(organisation.announcements)) or "none"
        raise web.HTTPNotFound(text=f"Announcements of {org} are: {known}.\n")
    return organisation, name


def _wish(wanted: Mapping[str, Any], organisation: Organisation) -> SwitchOn:
    try:
        wish = SwitchOn.model_validate({key: wanted[key] for key in wanted.keys() - {"who"}})
    except ValidationError as error:
        raise web.HTTPBadRequest(text="".join(map(_sentence, error.errors()))) from error
    if foreign := wish.words.keys() - set(organisation.languages):
        raise web.HTTPBadRequest(
            text=f"{organisation.id} speaks {', '.join(organisation.languages)}; "
            f"not {', '.join(sorted(foreign))}.\n"
        )
    return wish


def _sentence(detail: ErrorDetails) -> str:
    place = ".".join(map(str, detail["loc"]))
    advice = detail.get("ctx", {}).get("advice") or f"a right one: {_EXAMPLE}"
    return f"{place}: {detail['msg']}; {advice}\n"


def _told(switched: SwitchedOn | None) -> dict[str, object]:
    if switched is None:
        return {"on": False}
    until = datetime.fromtimestamp(switched.ends_ms / 1000, UTC)
    return {
        "on": True,
        "until": until.isoformat(timespec="seconds"),
        "words": switched.words,
        "recorded": bool(switched.sound),
    }


@contextmanager
def _redis_asked() -> Iterator[None]:
    try:
        yield
    except StreamUnavailable as away:
        raise web.HTTPServiceUnavailable(text=f"{away}\n") from away
