"""The PINs of an installation as they are now: new agents and trees get theirs while calls run."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from ivr.flow.load import Catalogue
from ivr.platform.paths import Layout
from ivr.platform.preflight import writing
from ivr.platform.secrets import Secrets
from ivr.world.tree_pins import pins_of, with_pins

logger = logging.getLogger(__name__)


class LivePins:
    """Who has which PIN, kept in the file of the secrets."""

    def __init__(self, layout: Layout, pins: Mapping[str, str]) -> None:
        self._layout = layout
        self._pins = pins

    def of(self, number: str) -> str:
        """The right PIN of an agent or supervisor, ``""`` for none."""
        return self._pins.get(number, "")

    def of_trees(self, org: str) -> dict[str, str]:
        """Those that the trees of an organisation ask callers for, by name."""
        return pins_of(org, self._pins)

    def make(self, catalogue: Catalogue) -> None:
        """Have one for all who need one from now on.

        Raises:
            PlatformError: The secrets cannot be read or written.
        """
        new = set(with_pins(catalogue)) - self._pins.keys()
        if new:
            path = self._layout.secrets
            with writing(self._layout):
                self._pins = Secrets.load_or_create(path, new).pins
            logger.info("New PINs are made", extra={"pins": len(new), "file": path.name})
