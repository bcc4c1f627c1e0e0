"""People's recordings on a real call."""

from __future__ import annotations

import pytest

from tests.e2e.rig.listening import tone_share, wait_until_hears_tone
from tests.e2e.rig.phones import Ears, Handset
from tests.e2e.rig.recorded import CHANGED, NUMBER, RECORDED_HZ, STALE_HZ

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def test_a_person_is_heard_where_the_text_is_what_they_said(
    caller: Handset, ears: Ears
) -> None:
    line = await caller.call(NUMBER)
    await wait_until_hears_tone(line, RECORDED_HZ)
    await ears.hear(line, CHANGED)
    assert tone_share(line.heard, STALE_HZ) < 0.1, "a recording of another sentence is not played"
