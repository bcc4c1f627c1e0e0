"""The API as an application below :data:`ivr.api.route.PREFIX`: judge, check, serve, refuse."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel

from acd.errors import AcdError
from acd.floor import Floor
from ivr.api.acts import ACTS
from ivr.api.announcing import ANNOUNCING
from ivr.api.auditing import Auditing
from ivr.api.errors import (
    ApiError,
    Broken,
    MethodWrong,
    NothingThere,
    RoleTooLow,
    TokenRefused,
    told,
)
from ivr.api.events import EventFeed, offered_token
from ivr.api.models import Nothing, Organisation, Organisations
from ivr.api.openapi import document
from ivr.api.reading import READING
from ivr.api.refused_acts import RefusedActs
from ivr.api.requests import body_of, query_of
from ivr.api.route import PREFIX, Asked, House, Route
from ivr.api.supervising import Supervising
from ivr.api.tokens import Doorkeeper, Token
from ivr.office import Office
from store.errors import DatabaseAway
from store.stream import StreamUnavailable

logger = logging.getLogger(__name__)

_NEVER_KEPT: Final = {"Cache-Control": "no-store"}

_LONGEST_NAME: Final = 128
"""No agent, queue or contact has a longer one."""


class Api:
    """Everything that is asked and done by HTTP, for all organisations of a controller."""

    def __init__(
        self,
        offices: Mapping[str, Office],
        floor: Callable[[str], Floor],
        doorkeeper: Doorkeeper,
        feed: EventFeed,
        supervising: Supervising,
        *,
        auditing: Auditing,
        refused_acts: RefusedActs,
        version: str,
    ) -> None:
        """Make it; the controller's server serves :attr:`application`.

        Args:
            offices: By organisation; asked at each request.
            floor: What goes on in one of them.
            doorkeeper: Judges who asks.
            feed: Serves who follows events.
            supervising: Rings supervisors.
            auditing: Tells what they have done.
            refused_acts: Notes what they were not let do.
            version: Of Växel.
        """
        self._offices = offices
        self._floor = floor
        self._doorkeeper = doorkeeper
        self._feed = feed
        self._refused_acts = refused_acts
        self.routes: Sequence[Route] = (
            *(*READING, *ACTS, *supervising.routes, *ANNOUNCING, *auditing.routes),
            feed.route,
        )
        self._document = json.dumps(document(self.routes, version), ensure_ascii=False)
        self.application = self._built()

    def _built(self) -> web.Application:
        app = web.Application(middlewares=[_refusing])
        app.router.add_get("/openapi.json", self._openapi)
        app.router.add_get("/organisations", self._organisations, allow_head=False)
        for route in self.routes:
            path = route.full_path.removeprefix(PREFIX)
            app.router.add_route(route.method, path, self._serving(route))
        app.on_shutdown.append(self._feed.end)
        return app

    async def _openapi(self, _request: web.Request) -> web.Response:
        return web.Response(text=self._document, content_type="application/json")

    async def _organisations(self, request: web.Request) -> web.Response:
        token = self._who(request)
        query_of(request, Nothing)
        items = (
            _organisation(office)
            for org, office in sorted(self._offices.items())
            if token.sees(org)
        )
        return _answer(Organisations(items=tuple(items)))

    def _serving(self, route: Route) -> Handler:
        async def serve(request: web.Request) -> web.StreamResponse:
            token, named = self._who(request), dict(request.match_info)
            org = named["org"]
            house = None
            if org in self._offices and token.sees(org):
                house = House(self._offices[org], self._floor(org))
            if token.role < route.role:
                await self._refused_acts.note(house, token, route.act, named)
                raise RoleTooLow(token.role.word, route.role.word)
            if house is None:
                raise NothingThere("organisation", org)
            if max(map(len, named.values())) > _LONGEST_NAME:
                raise NothingThere
            asked = Asked(
                token=token,
                path=named,
                query=query_of(request, route.query),
                # What is asked has no body: one that comes along is nothing to us.
                body=Nothing() if route.method == "GET" else await body_of(request, route.body),
                request=request,
            )
            served = await route.serve(house, asked)
            return _answer(served) if isinstance(served, BaseModel) else served

        return serve

    def _who(self, request: web.Request) -> Token:
        return self._doorkeeper.judge(
            request.headers.get("Authorization", "") or offered_token(request)
        )


def _organisation(office: Office) -> Organisation:
    organisation = office.organisation
    return Organisation(
        id=organisation.id,
        name=organisation.name,
        time_zone=str(organisation.time_zone),
        languages=tuple(dict.fromkeys((organisation.default_language, *organisation.languages))),
        pauses=tuple(sorted(reason.key for reason in organisation.pauses.values())),
        results=tuple(sorted(result.key for result in organisation.results.values())),
    )


def _answer(model: BaseModel) -> web.Response:
    return web.Response(
        text=model.model_dump_json(), content_type="application/json", headers=_NEVER_KEPT
    )


@web.middleware
async def _refusing(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every refusal in the one shape of errors."""
    try:
        return await handler(request)
    except (ApiError, AcdError, StreamUnavailable, DatabaseAway) as error:
        return _refusal(error)
    except web.HTTPMethodNotAllowed as wrong:
        return _refusal(MethodWrong(", ".join(sorted(wrong.allowed_methods))))
    except web.HTTPNotFound:
        return _refusal(NothingThere())
    except web.HTTPException:
        raise
    except Exception:
        logger.exception("a request of the API broke")
        return _refusal(Broken())


def _refusal(error: ApiError | AcdError | StreamUnavailable | DatabaseAway) -> web.Response:
    status, body = told(error)
    headers = dict(_NEVER_KEPT)
    if isinstance(error, TokenRefused):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, MethodWrong):
        headers["Allow"] = error.allowed
    return web.json_response(body, status=status, headers=headers)
