"""What a request brings: bounded, and checked against the models of its page."""

from __future__ import annotations

import asyncio
from typing import Final, TypeVar

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from pydantic import BaseModel, ValidationError

from ivr.api.errors import BodyBroken, BodyTooLarge, NotJson, RequestInvalid, RequestSlow

Model = TypeVar("Model", bound=BaseModel)

LONGEST_BODY: Final = 16_384
"""Bytes; no request of the API needs a tenth of it."""

_BODY_SECONDS: Final = 10.0
_FAULTS_TOLD: Final = 5
_LONGEST_PLACE: Final = 80


def query_of(request: web.Request, model: type[Model]) -> Model:
    """What stands behind the question mark.

    Raises:
        RequestInvalid: It is not what the page takes, or says something twice.
    """
    query = request.query
    if len(query) != len(set(query)):
        raise RequestInvalid("A name stands twice behind the question mark.", "Give it once.")
    try:
        return model.model_validate(dict(query))
    except ValidationError as error:
        raise RequestInvalid(_sentences(error)) from error


async def body_of(request: web.Request, model: type[Model]) -> Model:
    """What was sent; nothing at all counts as an empty object.

    Raises:
        BodyTooLarge: It is longer than :data:`LONGEST_BODY`.
        RequestSlow: It does not come.
        BodyBroken: It cannot be read.
        NotJson: It is said to be something else.
        RequestInvalid: It is not what the page takes.
    """
    sent = await _read(request)
    if sent and request.content_type != "application/json":
        raise NotJson
    try:
        return model.model_validate_json(sent or b"{}")
    except ValidationError as error:
        raise RequestInvalid(_sentences(error)) from error


async def _read(request: web.Request) -> bytes:
    if (request.content_length or 0) > LONGEST_BODY:
        raise BodyTooLarge(LONGEST_BODY)
    sent = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            while piece := await request.content.read(LONGEST_BODY):
                sent += piece
                if len(sent) > LONGEST_BODY:
                    raise BodyTooLarge(LONGEST_BODY)
    except TimeoutError as slow:
        raise RequestSlow from slow
    except (web.RequestPayloadError, HttpProcessingError, ConnectionError) as fault:
        raise BodyBroken from fault
    return bytes(sent)


def _sentences(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    told = []
    for fault in faults[:_FAULTS_TOLD]:
        place = ".".join(map(str, fault["loc"]))[:_LONGEST_PLACE]
        told.append(f"{place}: {fault['msg']}." if place else f"{fault['msg']}.")
    return " ".join(told)
