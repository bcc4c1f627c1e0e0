from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.load import load_organisation
from ivr.flow.recording import RecordingPolicy, When
from tests.unit.flow.trees import ORGANISATION, check_organisation, write

pytestmark = pytest.mark.unit

SLIPS = {
    "unknown word": ("«recording: sometimes", "“sometimes” does not say when to record"),
    "unknown word in the long form": (
        "recording: {when: «allways}",
        "“allways” does not say when to record",
    ),
    "unknown key": ("recording: {«keeep: 90 days}", "“keeep” is not known here"),
    "days without their unit": ("recording: {keep: «90}", "“90” is not a number of days"),
    "no day at all": ("recording: {keep: «0 days}", "nothing can be kept for 0 days"),
    "longer than anybody lives": (
        "recording: {keep: «40000 days}",
        "nothing can be kept for 40000 days",
    ),
    "too short after digits": ("recording: {after_digits: «0.5 s}", "“0.5 s” is too short"),
}


@pytest.mark.parametrize(("policy", "message"), SLIPS.values(), ids=SLIPS)
def test_each_slip_is_told_at_its_place(tmp_path: Path, policy: str, message: str) -> None:
    text = ORGANISATION.replace("support: {}", f"support: {{{policy}}}")
    found = check_organisation(tmp_path, text)
    assert found.messages == [message]
    assert found.places == found.marked


def test_the_nearest_word_is_named(tmp_path: Path) -> None:
    text = ORGANISATION.replace("support: {}", "support: {recording: allways}")
    (advice,) = check_organisation(tmp_path, text).advice
    assert "always" in advice


def test_every_conversation_is_recorded_and_kept_for_ninety_days_unless_said_otherwise(
    tmp_path: Path,
) -> None:
    assert _policy(tmp_path, "{}") == RecordingPolicy(when=When.ALWAYS)
    assert _policy(tmp_path, "{}").keep_days == 90


def test_the_short_form_says_when(tmp_path: Path) -> None:
    assert _policy(tmp_path, "{recording: never}").when is When.NEVER


def test_the_long_form_says_all(tmp_path: Path) -> None:
    policy = _policy(tmp_path, "{recording: {when: on_demand, keep: 365 days, after_digits: 10 s}}")
    assert (policy.when, policy.keep_days, policy.after_digits) == (When.ON_DEMAND, 365, 10)


def _policy(folder: Path, queue: str) -> RecordingPolicy:
    write(folder, "organisation.yaml", ORGANISATION.replace("support: {}", f"support: {queue}"))
    return load_organisation(folder).queues["support"].recording
