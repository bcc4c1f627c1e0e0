"""The OpenAPI document has every page that is served, and what each takes and answers."""

from __future__ import annotations

import json
import re
from typing import Any, cast

import pytest
from jsonschema import Draft202012Validator

from acd.floor import Floor
from ivr.api.application import Api
from ivr.api.auditing import Auditing
from ivr.api.events import EventFeed
from ivr.api.models import MOST
from ivr.api.openapi import document
from ivr.api.refused_acts import RefusedActs
from ivr.api.route import PREFIX
from ivr.api.supervising import Supervising
from ivr.api.tokens import Doorkeeper, Role, TokenFile
from ivr.flow.supervision import Right
from ivr.supervision.orders import SupervisorsPhones
from store.database import Database
from store.events import EventType
from tests.unit.ivr.fake_ami import FakeAmi

pytestmark = pytest.mark.unit


@pytest.fixture
def api(tmp_path: Any) -> Api:
    def nowhere(_org: str) -> Floor:
        raise AssertionError

    keeper = Doorkeeper(TokenFile(tmp_path / "tokens"), lambda: 0)
    phones = SupervisorsPhones(FakeAmi().as_client(), ())
    supervising = Supervising({}, phones, lambda _phone: True, lambda: 0)
    auditing = Auditing(cast(Database, None))
    feed = EventFeed(keeper)
    return Api(
        {},
        nowhere,
        keeper,
        feed,
        supervising,
        auditing=auditing,
        refused_acts=RefusedActs(lambda: 0),
        version="1.2.3",
    )


@pytest.fixture
def told(api: Api) -> dict[str, Any]:
    return document(api.routes, "1.2.3")


def test_every_page_that_is_served_is_in_it_and_no_other(api: Api, told: dict[str, Any]) -> None:
    served = {
        (route.method, PREFIX + route.resource.canonical)
        for route in api.application.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    described = {
        (method.upper(), path) for path, methods in told["paths"].items() for method in methods
    }
    assert described == served
    assert len(described) == len(api.routes) + 2


def test_whatever_a_supervisor_may_do_by_phone_can_be_done_here_too(api: Api) -> None:
    elsewhere = {
        Right.MOVE: "/calls/{contact}/move",
        Right.PRIORITISE: "/calls/{contact}/priority",
    }
    acts = {one.path for one in api.routes if one.role is Role.SUPERVISOR}
    assert {elsewhere.get(right, f"/agents/{{agent}}/{right}") for right in Right} <= acts


def test_each_operation_has_a_name_of_its_own_its_role_and_the_refusal_of_a_token(
    told: dict[str, Any],
) -> None:
    operations = [one for methods in told["paths"].values() for one in methods.values()]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names)
    for one in operations:
        if one.get("security") != []:
            assert "401" in one["responses"]
    pause = told["paths"][f"{PREFIX}/{{org}}/agents/{{agent}}/pause"]["post"]
    assert "supervisor" in pause["description"]
    assert pause["requestBody"]["required"] is True


def test_it_names_every_variable_of_a_path_and_what_stands_behind_the_question_mark(
    told: dict[str, Any],
) -> None:
    for path, methods in told["paths"].items():
        for operation in methods.values():
            named = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"]
            assert named == re.findall(r"\{(\w+)\}", path)
    agents = told["paths"][f"{PREFIX}/{{org}}/agents"]["get"]["parameters"]
    [limit] = [one for one in agents if one["name"] == "limit"]
    assert (limit["schema"]["minimum"], limit["schema"]["maximum"]) == (1, MOST)
    types = told["components"]["schemas"]["EventType"]["enum"]
    assert types == [type_.value for type_ in EventType]


def test_every_reference_leads_somewhere_and_every_schema_is_one(told: dict[str, Any]) -> None:
    schemas = told["components"]["schemas"]
    references = set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(told)))
    assert references <= {f"#/components/schemas/{name}" for name in schemas}
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)


def test_every_model_and_every_field_without_a_plain_name_is_explained(
    told: dict[str, Any],
) -> None:
    for name, schema in told["components"]["schemas"].items():
        assert schema.get("description"), name
