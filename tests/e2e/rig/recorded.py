"""A number whose first sentence a person has recorded, and whose second has changed since."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from media.tones import tone
from media.wav import write_wav

NUMBER = "206"
RECORDED_HZ, STALE_HZ = 620, 1240
"""Tones stand for the person."""

CHANGED = "Den här meningen har ändrats."


def add_recordings(home: Path, organisation: Any) -> None:
    """Add the call tree and the recordings to an organisation's folder."""
    first, changed = (
        {language: sentence for language in organisation["languages"]}
        for sentence in ("Det här har en människa läst in.", CHANGED)
    )
    (home / "recorded.yaml").write_text(
        f"""numbers: ["{NUMBER}"]
start: first
nodes:
  first: {{say: {first!r}, then: changed}}
  changed: {{hang_up: {changed!r}}}
"""
    )
    folder = home / "recordings" / "sv"
    folder.mkdir(parents=True)
    for key, said, hertz in (
        ("recorded.first.say", first["sv"], RECORDED_HZ),
        ("recorded.changed.hang_up", "Så löd den förut.", STALE_HZ),
    ):
        write_wav(folder / f"{key}.wav", tone(hertz, 2))
        os.utime(folder / f"{key}.wav", (1, 1))  # the same for all platforms that share prompts
        (folder / f"{key}.txt").write_text(f"{said}\n", encoding="utf-8")
