"""Trunks: the part of pjsip.conf that an admin brings along, checked before Asterisk sees it."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Final

from asterisk.config import Config, ParseError

from ivr.agents.destinations import endpoint_of
from ivr.platform.errors import ConfigurationInvalid
from ivr.settings import Settings

_ENDPOINT: Final = re.compile(r"^[ \t]*type[ \t]*=>?[ \t]*endpoint\b.*$", re.MULTILINE)


def read_trunks(settings: Settings, accounts: Collection[str]) -> str:
    """The text of the trunks' file, empty where there is none.

    No trunk may transfer a call (REFER), which Asterisk lets every endpoint that says nothing.

    Args:
        settings: ``asterisk.trunks`` names the file, ``outgoing.endpoint`` the way out.
        accounts: Names of our own SIP accounts.

    Raises:
        ConfigurationInvalid: The file cannot be used, or the way out leads nowhere.
    """
    path = settings.asterisk.trunks
    nodes = map(endpoint_of, (settings.asterisk.node, *settings.asterisk.peers))
    endpoints = _endpoints(path, {*accounts, *nodes}) if path else set()
    way_out = settings.outgoing.endpoint
    if way_out and way_out not in endpoints and way_out not in accounts:
        raise ConfigurationInvalid(
            f"No SIP endpoint is named {way_out}; let outgoing.endpoint name a trunk of the file "
            "asterisk.trunks, or leave it empty so that nobody is called."
        )
    text = path.read_text(encoding="utf-8") if path else ""
    return _ENDPOINT.sub(r"\g<0>\nallow_transfer = no", text)


def _endpoints(path: Path, taken: Collection[str]) -> set[str]:
    try:
        config = Config(str(path))
    except ParseError as error:
        number, what = error.args
        raise ConfigurationInvalid(f"{path}:{number}: {what}; correct the trunks' file.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationInvalid(
            f"The trunks' file {path} cannot be read ({error}); correct asterisk.trunks."
        ) from error
    ours = {"global", "udp", *taken}
    for category in config.categories:
        if category.name in ours:
            raise ConfigurationInvalid(
                f"{path}:{category.number}: the name {category.name} is taken by Växel; "
                "choose another."
            )
        for item in category.items:
            if item.name == "allow_transfer" and item.value.strip() != "no":
                raise ConfigurationInvalid(
                    f"{path}:{item.number}: no trunk may transfer calls; take allow_transfer out."
                )
    return {
        category.name
        for category in config.categories
        for item in category.items
        if (item.name, item.value.strip()) == ("type", "endpoint")
    }
