"""The OpenAPI document, made from the routes and models that serve."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from ivr.api.models import Error, Nothing, Organisations
from ivr.api.route import PREFIX, Route

_REF: Final = "#/components/schemas/{model}"
_REFUSALS: Final = {
    "400": "No WebSocket of ours, or a body that cannot be read.",
    "401": "No token that works.",
    "403": "The token's role may not do this, or nobody may.",
    "404": "Nothing of this name, or nothing that the token may see.",
    "408": "The body does not come.",
    "409": "Not in this state; nothing has changed.",
    "413": "Too long.",
    "415": "No JSON.",
    "422": "Not what the page takes.",
    "429": "The token follows events as often as it may.",
    "500": "A fault of Växel's; the controller's log says why.",
    "503": "Redis is away, or Asterisk, or the database, or there is no room for more.",
}
"""Refusals by status. All have the shape of `Error`."""

_OF_ALL: Final = frozenset({"401", "422", "500"})
_OF_READING: Final = _OF_ALL | {"403", "404", "503"}
_OF_ACTS: Final = _OF_READING | {"400", "408", "409", "413", "415"}
_OF_FOLLOWING: Final = _OF_READING | {"400", "429"}


def document(routes: Iterable[Route], version: str) -> dict[str, Any]:
    """The whole document.

    Args:
        routes: All pages of organisations.
        version: Of Växel.
    """
    served = tuple(routes)
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (Error, "validation"),
        (Organisations, "serialization"),
    ]
    for route in served:
        if route.answer is not None:
            wanted.append((route.answer, "serialization"))
        if route.body is not Nothing:
            wanted.append((route.body, "validation"))
        wanted.append((route.query, "validation"))
    _, made = models_json_schema(list(dict.fromkeys(wanted)), ref_template=_REF)
    schemas = made["$defs"]
    queries = {
        model: schemas.pop(model.__name__) for model in dict.fromkeys(one.query for one in served)
    }
    paths: dict[str, dict[str, Any]] = {
        f"{PREFIX}/organisations": {
            "get": {
                "summary": "Organisations that the token may see.",
                "operationId": "get_organisations",
                "responses": _answers(Organisations, _OF_ALL),
            }
        },
        f"{PREFIX}/openapi.json": {
            "get": {
                "summary": "This document.",
                "operationId": "get_openapi",
                "security": [],
                "responses": {"200": {"description": "OpenAPI 3.1."}},
            }
        },
    }
    for route in served:
        paths.setdefault(route.full_path, {})[route.method.lower()] = _operation(
            route, queries[route.query]
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Växel",
            "version": version,
            "description": "What supervisors' programs see of a contact centre, and what they do.",
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas,
        },
    }


def _operation(route: Route, query: Mapping[str, Any]) -> dict[str, Any]:
    if route.answer is None:
        refusals = _OF_FOLLOWING
    else:
        refusals = _OF_READING if route.method == "GET" else _OF_ACTS
    operation: dict[str, Any] = {
        "summary": route.summary,
        "description": f"Role: {route.role.word} or more.",
        "operationId": f"{route.method.lower()}{re.sub(r'[^a-z]+', '_', route.path)}".rstrip("_"),
        "parameters": [*_path_parameters(route), *_query_parameters(query)],
        "responses": _answers(route.answer, refusals),
    }
    if route.body is not Nothing:
        content = {"application/json": {"schema": _reference(route.body)}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _answers(answer: type[BaseModel] | None, refusals: frozenset[str]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if answer is None:
        told["101"] = {"description": "The connection becomes a WebSocket."}
    else:
        content = {"application/json": {"schema": _reference(answer)}}
        told["200"] = {"description": (answer.__doc__ or "").strip(), "content": content}
    error = {"application/json": {"schema": _reference(Error)}}
    for status in sorted(refusals):
        told[status] = {"description": _REFUSALS[status], "content": error}
    return told


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", route.full_path)
    ]


def _query_parameters(query: Mapping[str, Any]) -> list[dict[str, Any]]:
    properties: Mapping[str, dict[str, Any]] = query.get("properties", {})
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "explode": False,  # several values stand in one, by commas
            "schema": {key: value for key, value in schema.items() if key != "title"},
        }
        for name, schema in properties.items()
    ]
