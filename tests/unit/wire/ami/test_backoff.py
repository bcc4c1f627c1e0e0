from __future__ import annotations

import pytest

from wire.ami.backoff import Backoff

pytestmark = pytest.mark.unit


def test_waits_double_up_to_the_longest() -> None:
    backoff = Backoff(first=0.5, longest=4, random=lambda: 1.0)
    assert [backoff.next() for _ in range(6)] == [0.5, 1, 2, 4, 4, 4]


def test_jitter_takes_up_to_half_of_a_wait() -> None:
    assert Backoff(first=8, longest=8, random=lambda: 0.0).next() == 4
    assert Backoff(first=8, longest=8, random=lambda: 0.5).next() == 6


def test_a_success_begins_anew() -> None:
    backoff = Backoff(first=1, longest=60, random=lambda: 1.0)
    backoff.next()
    backoff.next()
    backoff.reset()
    assert backoff.next() == 1


def test_a_long_night_without_asterisk_does_not_overflow() -> None:
    backoff = Backoff(first=0.5, longest=30, random=lambda: 1.0)
    assert [backoff.next() for _ in range(3000)][-1] == 30
