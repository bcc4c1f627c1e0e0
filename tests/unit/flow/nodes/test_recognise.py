"""Callers recognised by their number, and a language kept of who agrees."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.call import Cause, Utterance
from ivr.flow.trace import EndReason
from ivr.flow.world import Remembered
from tests.unit.flow.worldly import line, said, walk, way

pytestmark = pytest.mark.unit

RECOGNISE = (
    "  a: {recognise: {blocked: b, vip: v, known: k}, otherwise: o}\n"
    "  b: {hang_up: , cause: rejected}\n"
    "  v: {say: {sv: vip, en: vip}, then: end}\n"
    "  k: {say: {sv: känd, en: known}, then: end}\n"
    "  o: {say: {sv: ny, en: new}, then: end}\n"
)


@pytest.mark.parametrize(
    ("caller", "kept", "outcome"),
    [
        ("0900 123 45", Remembered(), "blocked"),
        ("004690012345", Remembered(known=True), "blocked"),
        ("0701740605", Remembered(known=True), "vip"),
        ("+46 70 000 00 00", Remembered(known=True), "known"),
        ("+46 70 000 00 00", Remembered(), "otherwise"),
        ("", Remembered(known=True), "withheld"),
        ("anonymous", Remembered(known=True), "withheld"),
    ],
)
async def test_callers_are_recognised_by_their_number(
    tmp_path: Path, caller: str, kept: Remembered, outcome: str
) -> None:
    call = line(caller=caller)
    call.world.remembered = kept
    assert way(await walk(tmp_path, RECOGNISE, call))[0] == ("a", outcome)


async def test_a_blocked_caller_is_turned_away_before_the_call_is_picked_up(
    tmp_path: Path,
) -> None:
    call = line(caller="+4690012345")
    await walk(tmp_path, RECOGNISE, call)
    assert (call.answered, call.cause) == (False, Cause.REJECTED)


async def test_a_remembered_language_is_spoken_from_there_on(tmp_path: Path) -> None:
    call = line()
    call.world.remembered = Remembered(known=True, language="en")
    await walk(tmp_path, RECOGNISE, call)
    assert call.heard == [Utterance("vip", "en")]


async def test_a_language_that_the_organisation_has_no_longer_is_not(tmp_path: Path) -> None:
    call = line()
    call.world.remembered = Remembered(known=True, language="da")
    await walk(tmp_path, RECOGNISE, call)
    assert call.heard == [Utterance("vip", "sv")]


REMEMBER = "  a: {remember: language, ask: {sv: får vi?, en: may we?}, then: end}\n"


@pytest.mark.parametrize(
    ("keys", "outcome", "kept"),
    [
        ("1", "remembered", "sv"),
        ("2", "declined", ""),
        ("", "hung_up_on", ""),
        (",", "declined", ""),
    ],
)
async def test_a_language_is_kept_only_of_who_says_yes(
    tmp_path: Path, keys: str, outcome: str, kept: str
) -> None:
    call = line(keys)
    assert way(await walk(tmp_path, REMEMBER, call))[0] == ("a", outcome)
    assert call.world.remembered.language == kept


async def test_who_has_said_yes_before_or_has_no_number_is_not_asked(tmp_path: Path) -> None:
    call = line()
    call.world.remembered = Remembered(known=True, language="sv")
    assert way(await walk(tmp_path, REMEMBER, call))[0] == ("a", "kept")
    withheld = line(caller="")
    assert way(await walk(tmp_path, REMEMBER, withheld))[0] == ("a", "withheld")
    assert call.heard == withheld.heard == []


async def test_a_call_that_fails_before_it_was_picked_up_is_picked_up_to_say_so(
    tmp_path: Path,
) -> None:
    call = line()

    async def fails() -> Remembered:
        raise RuntimeError("a slip of ours")

    call.world.recall = fails  # type: ignore[method-assign]  # a node whose work goes wrong
    result = await walk(tmp_path, RECOGNISE, call)
    assert result.reason is EndReason.FAILED
    assert call.answered
    assert said(call) == ["technical_fault sv"]
