"""What a check says of nodes that touch the world, and of the lists that bound them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.load import check
from ivr.flow.patterns import Pattern, named
from tests.unit.flow.trees import END, Found, write
from tests.unit.flow.worldly import WORLDLY

pytestmark = pytest.mark.unit

SAY = "{sv: x, en: x}"
END_BOTH = "then: end, on_failure: end"


def checked(folder: Path, nodes: str, organisation: str = WORLDLY) -> Found:
    marked = write(folder / "town", "organisation.yaml", organisation)
    tree = f'numbers: ["100"]\nstart: a\nnodes:\n  a: {{{nodes}}}\n{END}'
    marked += write(folder / "town", "tree.yaml", tree)
    return Found(tuple(check(folder).problems), marked)


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ("http: «https://api.exampel.se/, " + END_BOTH, "does not list the host “api.exampel.se”"),
        ("http: «https://api.example.se:444/, " + END_BOTH, "does not list the host"),
        ("http: «http://localhost/, " + END_BOTH, "does not list the host “localhost”"),
        ("http: «'https://{{ caller }}/', " + END_BOTH, "no address of a web service"),
        ("http: «'https://api.example.se{{ caller }}', " + END_BOTH, "no address"),
        ("http: «'{{ caller }}', " + END_BOTH, "no address of a web service"),
        ("http: «https://me:pw@api.example.se/, " + END_BOTH, "no address of a web service"),
        ("http: «ftp://api.example.se/, " + END_BOTH, "no address of a web service"),
        ("http: «'https://api.example.se/a b', " + END_BOTH, "a character that cannot stand"),
        ("http: «https://api.example.se/#x, " + END_BOTH, "a character that cannot stand"),
        ("http: «'https://api.example.se/{{ nobody }}', " + END_BOTH, "no variable is named"),
        ("http: «'https://api.example.se/{{ caller() }}', " + END_BOTH, "cannot hold this"),
        ("http: «'https://api.example.se/{% raw %}', " + END_BOTH, "cannot be read"),
        ("http: https://api.example.se/, method: «BREW, " + END_BOTH, "“BREW” is no method"),
        (
            "http: https://api.example.se/, headers: {«Host: x}, " + END_BOTH,
            "“Host” is set by Växel itself",
        ),
        ("http: https://api.example.se/, headers: {«X Y: x}, " + END_BOTH, "no name of a header"),
        (
            "http: https://api.example.se/, secret_headers: {X: «Case System}, " + END_BOTH,
            "“Case System” is no identifier",
        ),
        (
            "http: https://api.example.se/, headers: {X-Key: x}, secret_headers: {«x-key: y}, "
            + END_BOTH,
            "“x-key” is given twice",
        ),
        (
            "http: https://api.example.se/, headers: {«Authorization: Bearer x}, " + END_BOTH,
            "whoever reads this file reads what “Authorization” holds",
        ),
        (
            "http: «http://localhost:8080/, secret_headers: {X-Key: y}, " + END_BOTH,
            "the secret is sent without encryption",
        ),
        ("http: https://api.example.se/, into: {x: «a..b}, " + END_BOTH, "where a value stands"),
        ("http: https://api.example.se/, into: {«Caller: a}, " + END_BOTH, "cannot name a value"),
        ("http: https://api.example.se/, timeout: «2 min, " + END_BOTH, "is too long"),
        ("transfer: «+46 8 465 004 01, " + END_BOTH, "does not list “+46 8 465 004 01”"),
        ("transfer: «sip:x@evil.example, " + END_BOTH, "does not list"),
        ("transfer: «sip:partner.example.se, " + END_BOTH, "cannot be dialled"),
        ("transfer: «'112&PJSIP/x', " + END_BOTH, "cannot be dialled"),
        ("hang_up: , cause: «bussy", "“bussy” is no cause"),
        ("record: {sv: x, en: x}, into: «language, then: end", "known of every call"),
        ("recognise: «{}, otherwise: end", "nobody is recognised here"),
        ("recognise: {known: «nowhere}, otherwise: end", "no node is named “nowhere”"),
        (f"«remember: number, ask: {SAY}, then: end", ""),
        ("announcement: «strom, then: end", "no announcement is named “strom”"),
        ("«switch_announcement: storm, turn: on, " + END_BOTH, "must end some day"),
        ("switch_announcement: storm, turn: «maybe, " + END_BOTH, "neither on nor off"),
        ("queue_data: «suport, into: {x: waiting}, then: end", "no queue is named"),
        ("queue_data: support, into: {x: «wating}, then: end", "a queue has no “wating”"),
        ("queue_data: support, into: «{}, then: end", "at least one entry"),
        ("callback: «support, then: end, on_refused: end", "calls nobody back"),
        (
            "«queue: support, max_length: 3, then: end, on_nobody: end",
            "“max_length” and “on_full” belong together",
        ),
        (
            "«queue: support, max_estimate: 3 min, then: end, on_nobody: end",
            "“max_estimate” and “on_long_wait” belong together",
        ),
        (
            "«queue: support, on_long_wait: end, then: end, on_nobody: end",
            "“max_estimate” and “on_long_wait” belong together",
        ),
        ("«queue_data: support, into: {x: wait_low}, then: end", "a wait is not always known"),
        (
            "«queue_data: support, into: {x: waiting}, then: end, on_unknown: end",
            "“on_unknown” can never happen",
        ),
    ],
)
def test_what_is_wrong_is_told_in_an_admins_words(tmp_path: Path, node: str, message: str) -> None:
    found = checked(tmp_path, node)
    assert any(message in told for told in found.messages), found.messages
    if "«switch" not in node and "«queue" not in node and "«remember" not in node:
        assert set(found.places) & set(found.marked), (found.places, found.marked)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("http_hosts: [«https://api.example.se]", "neither a host nor a network"),
        ("http_hosts: [«api.example.se:0]", "neither a host nor a network"),
        ("http_hosts: [«10.0.0.0/33]", "neither a host nor a network"),
        ('transfers: [«"+46 8 x"]', "neither a number nor the beginning of one"),
        ("transfers: [«'*']", "neither a number nor the beginning of one"),
        ("transfers: [«'sip:']", "neither a number nor the beginning of one"),
        ("callers: {keep: «90}", "not a number of days"),
        ("callers: {«bloked: []}", "“bloked” is not known here"),
        ("announcements: {storm: {«en: x}}", "missing in Swedish"),
    ],
)
def test_what_is_wrong_in_a_list_is_told_where_it_stands(
    tmp_path: Path, line: str, message: str
) -> None:
    plain = WORLDLY.split("\nhttp_hosts:")[0]
    found = checked(tmp_path, "hang_up: ", f"{plain}\n{line}\n")
    assert any(message in told for told in found.messages), found.messages


def test_an_organisation_without_lists_reaches_nobody(tmp_path: Path) -> None:
    plain = WORLDLY.split("\nhttp_hosts:")[0]
    for node in ("http: «https://api.example.se/, ", "transfer: «'112', "):
        found = checked(tmp_path, node + END_BOTH, plain)
        assert "does not list" in found.messages[0]
        assert found.places == found.marked


@pytest.mark.parametrize(
    ("pattern", "target", "fits"),
    [
        ("+46 8 465 004 00", "084650 04 00", True),
        ("+46 8 465 004 00", "+46846500400", True),
        ("+46 8 465 004 00", "+468465004001", False),
        ("+46 8*", "0812345", True),
        ("+46 8*", "00468123", True),
        ("+46 8*", "+46 31 1", False),
        ("+46 8*", "sip:0812345@x", False),
        ("sip:partner.example", "sip:anna@PARTNER.example", True),
        ("sip:partner.example", "sip:anna@evil.partner.example", False),
        ("sip:anna@partner.example", "sip:bo@partner.example", False),
        ("sip:anna@partner.example", "sip:anna@partner.example", True),
    ],
)
def test_a_pattern_fits_every_spelling_and_nothing_else(
    pattern: str, target: str, fits: bool
) -> None:
    assert Pattern.parse(pattern).matches(target) is fits


def test_a_number_that_is_listed_as_a_whole_counts_as_such() -> None:
    patterns = [Pattern.parse("+46 8*"), Pattern.parse("+46 8 1")]
    found = named(patterns, "081")
    assert found is not None
    assert not found.prefix
