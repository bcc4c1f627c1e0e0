from __future__ import annotations

import pytest

from ivr.platform.announcements import TEXTS
from ivr.platform.render import TEMPLATES

pytestmark = pytest.mark.unit


def test_every_announcement_of_the_dialplan_exists_in_the_three_languages() -> None:
    dialplan = (TEMPLATES / "extensions.conf.j2").read_text(encoding="utf-8")

    said = {part.split('"')[1] for part in dialplan.split("{{ say(")[1:]}
    assert said == set(TEXTS)
    assert all(set(texts) == {"sv", "da", "en"} for texts in TEXTS.values())
