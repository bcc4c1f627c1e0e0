"""Where web requests may go."""

from __future__ import annotations

import pytest

from ivr.flow.hosts import Host, reachable
from ivr.flow.world import WebFailed
from tests.unit.ivr.web_requests.conftest import LOOPBACK, Service, asking, services

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("listed", ["", "127.0.0.2", "localhost"])
async def test_a_host_that_is_not_listed_is_never_connected_to(
    service: Service, listed: str
) -> None:
    hosts = [f"{listed}:{service.port}"] if listed else []
    with pytest.raises(WebFailed, match="not listed"):
        await services(*hosts).fetch(asking(service.url("/good")))
    assert service.seen == []


async def test_a_port_that_is_not_listed_is_never_connected_to(service: Service) -> None:
    with pytest.raises(WebFailed, match="not listed"):
        await services(LOOPBACK).fetch(asking(service.url("/good")))


async def test_a_listed_name_may_not_lead_to_a_private_address_unless_that_is_listed(
    service: Service,
) -> None:
    name = f"localhost:{service.port}"
    with pytest.raises(WebFailed, match=r"no address|Error"):
        await services(name).fetch(asking(service.url("/good", "localhost")))
    assert service.seen == []
    assert await services(name, "127.0.0.0/8").fetch(asking(service.url("/good", "localhost")))


@pytest.mark.parametrize(
    "url",
    [
        "http://user:secret@api.example.se/",
        "ftp://api.example.se/",
        "http://api.example.se:0/",
        "http://api.example.se:99999/",
        "http:///x",
        "http://[::1/",
        "//api.example.se/",
        "",
    ],
)
async def test_what_is_no_plain_address_is_refused(url: str) -> None:
    with pytest.raises(WebFailed):
        await services("api.example.se").fetch(asking(url))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - refused
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "nonsense",
    ],
)
def test_an_address_that_is_not_public_is_out_of_reach(address: str) -> None:
    assert not reachable([Host.parse("api.example.se")], address)


@pytest.mark.parametrize("address", ["193.0.6.139", "2001:67c:2e8:22::c100:68b"])
def test_a_public_address_is_within_reach(address: str) -> None:
    assert reachable([], address)


def test_a_listed_network_is_within_reach_and_its_neighbour_is_not() -> None:
    hosts = [Host.parse("10.20.0.0/16"), Host.parse("[fd00::1]:8443")]
    assert reachable(hosts, "10.20.3.4")
    assert reachable(hosts, "::ffff:10.20.3.4")
    assert reachable(hosts, "fd00::1")
    assert not reachable(hosts, "10.21.0.1")
    assert not reachable(hosts, "fd00::2")
