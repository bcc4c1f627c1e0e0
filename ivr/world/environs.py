"""What lies around the call trees of each organisation, put together for one controller."""

from __future__ import annotations

from collections.abc import Mapping

from acd.clock import system_clock
from ivr.callbacks.wishes import CallbackWishes
from ivr.desk.remote_desk import Engaged, RemoteDesk
from ivr.flow.organisation import Organisation
from ivr.foundation import Foundation
from ivr.live_pins import LivePins
from ivr.office import Office
from ivr.services import Services
from ivr.settings import Settings
from ivr.world.announced_sounds import AnnouncedSounds
from ivr.world.announcements import Announcements
from ivr.world.counted_pins import CountedPins
from ivr.world.hidden_numbers import HiddenNumbers
from ivr.world.recognition_of_callers import CallerMemory
from ivr.world.text_messages import sender_of
from ivr.world.transfers import Transfers
from ivr.world.web_request import WebServices
from ivr.world.web_secrets import WebSecrets
from ivr.world.world import Surroundings


class Environs:
    """Gives each organisation its own, as :class:`ivr.offices.Means` asks for it."""

    def __init__(
        self,
        settings: Settings,
        ground: Foundation,
        pins: LivePins,
        offices: Mapping[str, Office],
        engaged: Engaged,
    ) -> None:
        """Bind.

        Args:
            settings: Of the installation.
            ground: What the controller stands on.
            pins: Those of the moment.
            offices: By organisation.
            engaged: Keeps offers from a telephone whose agent talks to us.
        """
        self._settings = settings
        self._ground = ground
        self._pins = pins
        self._offices = offices
        self._engaged = engaged
        self._web_secrets = WebSecrets(ground.layout.secrets)

    def memory(self, org: str) -> CallerMemory:
        """What is kept of the numbers of an organisation's callers."""
        regions = self._settings.outgoing.regions
        return CallerMemory(self._ground.redis, org, self._ground.secrets.callers, regions)

    def judge(self, org: str) -> CountedPins:
        """Who judges the PINs that the trees of an organisation ask callers for."""
        regions = self._settings.outgoing.regions
        numbers = HiddenNumbers(org, self._ground.secrets.callers, regions)
        return CountedPins(self._ground.redis, org, self._pins.of_trees(org), numbers, system_clock)

    def of(self, organisation: Organisation, services: Services) -> Surroundings:
        """What lies outside the trees of an organisation."""
        org, ground = organisation.id, self._ground
        return Surroundings(
            organisation=organisation,
            web=WebServices(organisation.http_hosts, self._web_secrets.of(org)),
            transfers=Transfers(services.outgoing, services.clock),
            memory=services.memory,
            announcements=Announcements(ground.redis, org, system_clock),
            sounds=AnnouncedSounds(ground.layout.announced / org, ground.beep, system_clock),
            distributor=services.distributor,
            wishes=CallbackWishes(organisation, services),
            outgoing=services.outgoing,
            texts=sender_of(self._settings.sms),
            desk=RemoteDesk(
                org,
                self._offices,
                ground.prompts,
                self._pins.of,
                self._engaged,
                regions=self._settings.outgoing.regions,
                clock=system_clock,
            ),
            clock=services.clock,
        )
