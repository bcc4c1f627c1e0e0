"""``http``: ask a web service."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal, Self, TypeAlias
from urllib.parse import quote

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator

from ivr.flow.errors import ExpressionError
from ivr.flow.faults import fault, faults, right_ones
from ivr.flow.filling import Filling
from ivr.flow.hosts import Host, listed, split_host
from ivr.flow.json_path import JsonPath, NotThere, Scalar
from ivr.flow.lengths import Length
from ivr.flow.tree import Exit, Node
from ivr.flow.vocabulary import Form, Identifier, Names, Table, Target, Variable
from ivr.flow.world import WebFailed, WebRequest

if TYPE_CHECKING:
    from ivr.flow.conversation import Conversation

logger = logging.getLogger(__name__)

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_ORIGIN: Final = re.compile(r"(https?)://([^/?#@\s]+)([/?].*)?", re.DOTALL)
_OURS: Final = {"host", "connection", "content-length", "transfer-encoding", "accept-encoding"}
_NOT_IN_URLS: Final = set(' #"<>\\^`{|}')
_PRINTABLE: Final = "".join(map(chr, range(0x20, 0x7F)))


def _method(value: object) -> object:
    if isinstance(value, str) and value.upper() not in METHODS:
        raise fault("no_method", f"“{value}” is no method", name=value.upper(), known=METHODS)
    return value.upper() if isinstance(value, str) else value


def _to_a_listed_host(url: Filling, info: ValidationInfo) -> Filling:
    origin = _ORIGIN.fullmatch(url.literals[0])
    host = split_host(origin[2]) if origin else None
    if origin is None or host is None or (origin[3] is None and url.expressions):
        raise fault(
            "bad_url",
            "this is no address of a web service",
            advice="begin it with https:// and a host; expressions may stand behind the host only",
        )
    text = "".join(url.literals)
    if not text.isascii() or _NOT_IN_URLS & set(text):
        raise fault(
            "bad_url",
            "the address holds a character that cannot stand there",
            advice="write it percent-encoded: %20 for a blank, %C3%A5 for å; leave out “#…”",
        )
    hosts = Names.of(info).http_hosts
    if hosts is not None and not listed(right_ones(Host.parse, hosts), origin[1], *host):
        raise fault(
            "host_not_listed",
            f"the organisation does not list the host “{origin[2]}”",
            advice=f"add it to organisation.yaml: http_hosts: [{origin[2]}]",
        )
    return url


def _header(value: str) -> str:
    if value.lower() in _OURS:
        raise fault("reserved_header", f"“{value}” is set by Växel itself", advice="remove it")
    return value


HeaderName: TypeAlias = Annotated[
    str,
    Form("[A-Za-z][A-Za-z0-9-]{0,63}", "name of a header", "use letters, digits and -"),
    AfterValidator(_header),
]


class Http(Node):
    """Ask a web service, and put values of its JSON answer into variables.

    Whatever the service does, the call goes on within ``timeout``: where it does not answer with
    success, in time, with JSON that has every wanted value, by ``on_failure``, and then no
    variable is set. Only hosts that ``http_hosts`` of the organisation lists are asked. Each value
    that an expression gives is encoded for the place where it stands.

    A key that the service wants to see stands in none of these files: ``secret_headers`` names it,
    and ``vaxel secrets set`` gives the name its value, which no other organisation can use.

    Attributes:
        http: The address, e.g. ``https://cases.example.se/api/{{ case }}``.
        method: GET, POST, PUT, PATCH or DELETE.
        headers: Sent with it.
        secret_headers: Headers whose whole value is a secret of the organisation, by its name.
        body: Sent as a JSON object; ``"{{ age }}"`` alone is sent as the number that it is.
        timeout: The longest that the caller waits, every try and redirect included.
        retries: How often to try again what failed before the time is over; a POST or PATCH only
            where no connection could be made, so that nothing is done twice.
        into: The wanted values, where each stands in the answer, e.g. ``status: case.status``.
        then: Where to go on.
        on_failure: Where to go when there is no such answer.
    """

    verb: ClassVar[str] = "http"
    example: ClassVar[str] = """
ask:
  http: https://cases.example.se/api/callers/{{ caller }}   # its host under “http_hosts”
  headers: {X-Service: telephone}
  secret_headers: {Authorization: case-system}   # vaxel secrets set ORGANISATION case-system
  timeout: 4 s
  into: {case: cases.0.number, status: cases.0.status}
  then: tell
  on_failure: operator
"""
    instant: ClassVar[frozenset[str]] = frozenset({"then", "on_failure"})

    http: Annotated[Filling, AfterValidator(_to_a_listed_host)]
    method: Annotated[
        Literal["GET", "POST", "PUT", "PATCH", "DELETE"], BeforeValidator(_method)
    ] = "GET"
    headers: Table[HeaderName, Filling] = Field(default_factory=dict)
    secret_headers: Table[HeaderName, Identifier] = Field(default_factory=dict)
    body: Table[str, Filling] | None = None
    timeout: Annotated[float, Length(0.5, 30)] = 5
    retries: Annotated[int, Field(ge=0, le=5)] = 1
    into: Table[Variable, JsonPath] = Field(default_factory=dict)
    then: Target
    on_failure: Target

    @model_validator(mode="after")
    def _each_header_once(self) -> Self:
        open_ones = {name.lower() for name in self.headers}
        faults(
            "Http",
            [
                (
                    ("secret_headers", name, "[key]"),
                    fault("header_twice", f"“{name}” is given twice", advice="remove one of them"),
                )
                for name in self.secret_headers
                if name.lower() in open_ones
            ],
        )
        return self

    def quiet(self) -> bool:
        """The caller hears nothing of it."""
        return True

    async def run(self, talk: Conversation) -> Exit:
        """Ask, and go on as it went."""
        try:
            answer = await talk.call.world.fetch(self._request(talk.revealed))
            found = _found(self.into, answer)
        except (WebFailed, NotThere, ExpressionError) as error:
            personal = isinstance(error, ExpressionError)
            why = {"pii": {"why": str(error)}} if personal else {"why": str(error)}
            logger.warning("a web request failed", extra={"contact": talk.call.contact, **why})
            return Exit(self.on_failure, "failed")
        talk.values.update(found)
        return Exit(self.then, "answered")

    def _request(self, variables: Mapping[str, object]) -> WebRequest:
        headers = {name: text.fill(variables, _in_header) for name, text in self.headers.items()}
        body = None
        if self.body is not None:
            values = {name: text.value(variables) for name, text in self.body.items()}
            body = json.dumps(values).encode()
            headers.setdefault("Content-Type", "application/json")
        headers.setdefault("Accept", "application/json")
        return WebRequest(
            self.method,
            self.http.fill(variables, _in_url),
            headers,
            self.secret_headers,
            body,
            seconds=self.timeout,
            retries=self.retries,
            answer=bool(self.into),
        )


def _in_url(value: str) -> str:
    if value in {".", ".."}:
        raise WebFailed("a value would lead to another place of the service")
    return quote(value, safe="")


def _in_header(value: str) -> str:
    return quote(value, safe=_PRINTABLE)


def _found(into: Mapping[Variable, JsonPath], answer: bytes) -> dict[str, Scalar]:
    if not into:
        return {}
    try:
        document: Any = json.loads(answer, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise WebFailed("the answer is no JSON") from None
    return {name: path.find(document) for name, path in into.items()}


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")
