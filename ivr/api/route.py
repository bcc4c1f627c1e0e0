"""One page of the API: what it takes and answers, and who may ask for it.

What serves a request and what the OpenAPI document says of it are made from the same description.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from aiohttp import web
from pydantic import BaseModel

from acd.floor import Floor
from ivr.api.models import Nothing
from ivr.api.tokens import Role, Token
from ivr.office import Office

Query = TypeVar("Query", bound=BaseModel)
Body = TypeVar("Body", bound=BaseModel)

PREFIX: Final = "/api/v1"


@dataclass(frozen=True, slots=True)
class House:
    """An organisation that is asked about.

    Attributes:
        office: What serves it.
        floor: What goes on there at this moment.
    """

    office: Office
    floor: Floor


@dataclass(frozen=True, slots=True)
class Asked(Generic[Query, Body]):
    """A request of somebody who may ask it.

    Attributes:
        token: Who asks.
        path: The variables of the path, by name.
        query: What stands behind the question mark.
        body: What was sent.
        request: The request itself.
    """

    token: Token
    path: Mapping[str, str]
    query: Query
    body: Body
    request: web.Request


HouseHandler = Callable[[House, Asked[Any, Any]], Awaitable[BaseModel | web.StreamResponse]]
"""Serves a page of an organisation that the token may see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A page about one organisation.

    Attributes:
        method: HTTP method.
        path: Below the organisation, variables in braces.
        role: The least that may ask.
        summary: For the document, one line.
        serve: Answers.
        answer: The model of the answer; ``None`` where the connection becomes a WebSocket.
        query: The model of the query.
        body: The model of the body.
        act: What a supervisor does here, as events name it; ``""`` where nothing is done.
    """

    method: str
    path: str
    role: Role
    summary: str
    serve: HouseHandler
    answer: type[BaseModel] | None
    query: type[BaseModel] = Nothing
    body: type[BaseModel] = Nothing
    act: str = ""

    @property
    def full_path(self) -> str:
        """From the root of the server."""
        return f"{PREFIX}/{{org}}{self.path}"
