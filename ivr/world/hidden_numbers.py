"""Callers' numbers as keyed hashes: what Redis may keep in their place.

HMAC-SHA-256: who reads Redis, its log or a backup learns no number from it without the
installation's secret, and cannot join what two organisations keep of one caller.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from ivr.flow.numbers import e164, normalised


class HiddenNumbers:
    """The numbers of one organisation's callers."""

    def __init__(self, org: str, secret: str, regions: Sequence[str]) -> None:
        """Bind.

        Args:
            org: The organisation's name.
            secret: Of the installation.
            regions: The first is the country of numbers that are written without one.
        """
        self._org = org
        self._secret = secret.encode()
        self._regions = regions

    def hidden(self, number: str, *purpose: str) -> str:
        """The same 32 hexadecimal digits for each spelling of a number.

        Args:
            number: As delivered.
            purpose: What it is for, in words without blanks; those of two purposes have nothing
                in common.
        """
        plain = normalised(number)
        spelling = e164(plain, self._regions) or plain
        told = " ".join((self._org, *purpose, spelling)).encode()
        return hmac.new(self._secret, told, hashlib.sha256).hexdigest()[:32]
