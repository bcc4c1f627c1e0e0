"""Keys of web services: who is told them, and that nobody else is."""

from __future__ import annotations

import pytest
from aiohttp import web

from ivr.flow.world import WebFailed
from tests.unit.ivr.web_requests.conftest import LOOPBACK, SECRETS, Service, asking, services

pytestmark = pytest.mark.unit


async def test_a_secret_is_sent_as_the_header_that_names_it(service: Service) -> None:
    allowed = services(f"{LOOPBACK}:{service.port}")
    secrets = {"Authorization": "case-system", "X-Key": "tickets"}
    await allowed.fetch(asking(service.url("/moved"), headers={"X-Case": "7"}, secrets=secrets))
    for seen in service.seen:  # also where the same host redirects to
        assert seen.headers["Authorization"] == SECRETS["case-system"]
        assert (seen.headers["X-Key"], seen.headers["X-Case"]) == (SECRETS["tickets"], "7")
    assert len(service.seen) == 2


async def test_a_secret_without_a_value_is_told_by_its_name_and_nothing_is_asked(
    service: Service,
) -> None:
    allowed = services(f"{LOOPBACK}:{service.port}")
    secrets = {"Authorization": "case-system", "X-Key": "unknown"}
    with pytest.raises(WebFailed, match="the secret unknown has no value") as failed:
        await allowed.fetch(asking(service.url("/good"), secrets=secrets))
    assert SECRETS["case-system"] not in str(failed.value)
    assert service.seen == []


@pytest.mark.parametrize("header", ["Authorization", "Accept", "content-type"])
async def test_no_secret_goes_to_another_host(service: Service, header: str) -> None:
    other = f"localhost:{service.port}"

    async def moved(request: web.BaseRequest) -> web.StreamResponse:
        raise web.HTTPTemporaryRedirect(f"http://{other}/good")

    service.ways["/moved"] = moved
    allowed = services(f"{LOOPBACK}:{service.port}", other)
    await allowed.fetch(asking(service.url("/moved"), secrets={header: "case-system"}))
    first, second = (str(dict(seen.headers)) for seen in service.seen)
    assert SECRETS["case-system"] in first
    assert SECRETS["case-system"] not in second


async def test_no_failure_tells_a_secret(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    allowed = services(f"{LOOPBACK}:{service.port}")
    for way, name in (("/broken", "case-system"), ("/hangs", "tickets"), ("/good", "two-lines")):
        request = asking(service.url(way), secrets={"X-Key": name})
        with pytest.raises(WebFailed) as failed:
            await allowed.fetch(request)
        shown = f"{failed.value!r} {request!r} {failed.value.__cause__!r} {caplog.text}"
        assert not [value for value in SECRETS.values() if value[:7] in shown]
