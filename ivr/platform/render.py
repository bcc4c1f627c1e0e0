"""Asterisk's configuration from the templates in ``dialplans/asterisk``.

Every file is rendered and checked in a folder beside the living one; only when all are right does
it take that one's place, so that a faulty template never reaches a running Asterisk.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.exceptions import TemplateError

from ivr.agents.destinations import endpoint_of
from ivr.platform.asterisk import AsteriskProgram
from ivr.platform.config_check import check_folder
from ivr.platform.errors import ConfigurationInvalid
from ivr.platform.paths import Layout
from ivr.platform.secrets import Secrets
from ivr.platform.trunks import read_trunks
from ivr.settings import CHECKOUT, Settings

TEMPLATES = CHECKOUT / "dialplans" / "asterisk"


@dataclass(frozen=True, slots=True)
class Account:
    """One SIP account.

    Attributes:
        name: Endpoint and user name.
        password: For digest authentication.
        is_agent: An agent's phone, else one that calls in.
    """

    name: str
    password: str
    is_agent: bool

    @property
    def context(self) -> str:
        """Where its calls enter the dialplan."""
        return "agents" if self.is_agent else "callers"


def accounts(secrets: Secrets) -> tuple[Account, ...]:
    """The SIP accounts of an installation."""
    return tuple(
        Account(name=name, password=password, is_agent=name.startswith("agent"))
        for name, password in secrets.phones.items()
    )


def render(
    *,
    settings: Settings,
    layout: Layout,
    secrets: Secrets,
    program: AsteriskProgram,
    events: Sequence[str],
    sounds: Mapping[str, Sequence[Path]],
    templates: Path = TEMPLATES,
) -> None:
    """Write ``layout.asterisk_etc`` anew.

    Args:
        settings: Hosts and ports.
        layout: Folders.
        secrets: Passwords; the files are readable for their owner alone.
        program: Which Asterisk will read it.
        events: Names of the only AMI events that shall be sent to the controller.
        sounds: Announcements by name, see ``announcements.prepare_sounds``.
        templates: Folder of ``*.conf.j2`` files.

    Raises:
        ConfigurationInvalid: A template or the trunks' file is faulty, or what came out is.
    """
    environment = Environment(
        loader=FileSystemLoader(templates),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - no HTML; what comes in is ours and is checked below
    )
    trunks = read_trunks(settings, secrets.phones)
    draft = layout.asterisk / "etc.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    for name in sorted(environment.list_templates(extensions=["j2"])):
        try:
            text = environment.get_template(name).render(
                settings=settings,
                layout=layout,
                secrets=secrets,
                program=program,
                events=events,
                accounts=accounts(secrets),
                endpoint_of=endpoint_of,
                trunks=trunks,
                sounds=sounds,
            )
        except TemplateError as error:
            raise ConfigurationInvalid(
                f"The template {templates / name} is faulty: {error}"
            ) from error
        file = draft / name.removesuffix(".j2")
        file.write_text(text, encoding="utf-8")
        file.chmod(0o600)
    check_folder(draft)
    shutil.rmtree(layout.asterisk_etc, ignore_errors=True)
    draft.rename(layout.asterisk_etc)
