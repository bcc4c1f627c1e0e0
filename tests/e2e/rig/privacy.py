"""What a platform has written down in its logs and must not: who called, and secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from tests.e2e.rig.platform import Platform

_NUMBERS: Final = r"\+467\d{8}|\b07\d{8}|\+?442071838750"
"""Of all callers in these tests, and what they key."""

_TIME: Final = re.compile(r"\d\d:\d\d:\d\d[.]\d+")


def personal_lines(platform: Platform) -> Iterator[str]:
    """The lines of any log, Asterisk's own included, with a caller's number, PIN or password."""
    secrets = platform.secrets
    hidden = [secrets.ami, secrets.mailbox, *secrets.pins.values(), *secrets.phones.values()]
    words = "|".join(rf"(?<!\w){word}(?!\w)" for word in hidden)
    personal = re.compile(f"{_NUMBERS}|{words}")
    layout = platform.layout
    for file in chain(layout.log.iterdir(), layout.asterisk_log.iterdir()):
        for line in file.read_text(errors="replace").splitlines():
            if personal.search(_TIME.sub("", line)):  # a PIN might be a part of a second
                yield f"{file.name}: {line}"
