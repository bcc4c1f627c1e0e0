"""What must lie in the state folder before Asterisk and Prometheus can start."""

from __future__ import annotations

from ivr.flow.load import Catalogue
from ivr.platform.announcements import prepare_sounds
from ivr.platform.asterisk import AsteriskProgram
from ivr.platform.paths import Layout
from ivr.platform.preflight import writing
from ivr.platform.render import render
from ivr.platform.scraping import write_prometheus_config
from ivr.platform.secrets import Secrets
from ivr.queueing.answers import EVENTS
from ivr.settings import Settings
from ivr.world.tree_pins import with_pins


async def prepare(
    settings: Settings, layout: Layout, catalogue: Catalogue, program: AsteriskProgram
) -> Secrets:
    """Write secrets, music, announcements and configuration; the layout's folders exist.

    Args:
        settings: Of the installation.
        layout: Where to.
        catalogue: Whose agents, supervisors and trees need PINs.
        program: The Asterisk that will read its part.

    Returns:
        The secrets, those included that were there before.

    Raises:
        ivr.platform.errors.PlatformError: Secrets or configuration are not as they must be, or
            cannot be written.
        media.errors.MediaError: The announcements cannot be spoken.
    """
    with writing(layout):
        secrets = Secrets.load_or_create(layout.secrets, with_pins(catalogue))
        sounds = await prepare_sounds(layout)
        render(
            settings=settings,
            layout=layout,
            secrets=secrets,
            program=program,
            events=EVENTS,
            sounds=sounds,
        )
        write_prometheus_config(settings, layout)
    return secrets
