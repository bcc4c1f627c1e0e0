"""What must be right before anything is started: each fault is one sentence with what to do."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import socket
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from ivr.platform.errors import (
    PathUnsuitable,
    PortTaken,
    SettingsInvalid,
    StateNotWritable,
    ToolMissing,
)
from ivr.platform.paths import Layout
from ivr.settings import Settings

LONGEST_SOCKET_PATH = 107
"""Bytes of a Unix socket's path on Linux, without the closing zero."""

# A dialplan splits at , ( ) & ^ ; and expands $: such a path would mean something else there.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._/+@~-]+")

TOOLS = {name: name for name in ("espeak-ng", "ffmpeg", "prometheus", "redis-server")}
"""Debian package by the program that it brings."""


@dataclass(frozen=True, slots=True)
class Port:
    """A port that a part will listen on.

    Attributes:
        setting: Name of the setting that moves it.
        kind: ``SOCK_STREAM`` or ``SOCK_DGRAM``.
        host: Address.
        number: Port.
    """

    setting: str
    kind: socket.SocketKind
    host: str
    number: int


def load_settings() -> Settings:
    """The settings of this installation.

    Raises:
        SettingsInvalid: The file cannot be read, or a value is not what it must be.
    """
    named = os.environ.get("VAXEL_SETTINGS")
    if named and not os.path.exists(named):
        raise SettingsInvalid(f"VAXEL_SETTINGS names the file {named}, which does not exist.")
    try:
        settings = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SettingsInvalid(
            f"The setting {place} is wrong: {first['msg']}; correct vaxel.toml or VAXEL_*."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsInvalid(
            f"The settings file is no valid TOML: {error}; correct it."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid(f"The settings file cannot be read ({error}).") from error
    if settings.asterisk.rtp_end <= settings.asterisk.rtp_start:
        raise SettingsInvalid(
            "The setting asterisk.rtp_end must be greater than asterisk.rtp_start; a call takes "
            "two ports."
        )
    return settings


def layout_of(settings: Settings) -> Layout:
    """The folders of an installation, checked and not yet made.

    Raises:
        PathUnsuitable: The state folder's path cannot be used.
        StateNotWritable: It belongs to somebody else.
    """
    layout = Layout(Path(os.path.abspath(settings.state.expanduser())))
    if not _PLAIN_PATH.fullmatch(str(layout.state)):
        raise PathUnsuitable(
            f"The state folder {layout.state} has characters in its path that a dialplan "
            "treats; choose one with A-Z, a-z, 0-9 and . _ - + @ ~ (setting state)."
        )
    for path in (layout.asterisk_run / "asterisk.ctl", layout.redis_socket):
        if len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
            raise PathUnsuitable(
                f"The state folder's path is too long for the socket {path}; choose one that is "
                f"{len(os.fsencode(path)) - LONGEST_SOCKET_PATH} bytes shorter (setting state)."
            )
    if os.path.exists(layout.state) and not os.access(layout.state, os.R_OK | os.X_OK):
        raise StateNotWritable(
            f"The state folder {layout.state} is private to another user, who has started Växel; "
            "run the command as that user, or choose another folder (setting state)."
        )
    return layout


def recording_keys_of(settings: Settings) -> Path:
    """The file with the master keys of the recordings."""
    keys = settings.recordings.keys
    return layout_of(settings).recording_keys if keys is None else keys.expanduser().absolute()


@contextlib.contextmanager
def writing(layout: Layout) -> Iterator[None]:
    """What the system refuses while the block writes to the state folder, as a sentence.

    Raises:
        StateNotWritable: Something could not be written.
    """
    try:
        yield
    except OSError as error:
        raise StateNotWritable(
            f"{error.filename or layout.state} cannot be written ({error.strerror}); make room, "
            "mend its rights, or choose another folder (setting state)."
        ) from error


def make_folders(layout: Layout) -> None:
    """Make every folder of the layout, for the owner only.

    Raises:
        StateNotWritable: One cannot be made or written.
    """
    with writing(layout):
        layout.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in layout.folders():
            folder.mkdir(parents=True, exist_ok=True)
    for folder in (layout.state, *layout.folders()):
        if not os.access(folder, os.W_OK | os.X_OK):
            raise StateNotWritable(
                f"{folder} cannot be written; choose another folder (setting state) or mend "
                "its rights."
            )


def check_tools(settings: Settings) -> None:
    """Whether every program is there that the platform starts, Asterisk apart.

    Raises:
        ToolMissing: One is not.
    """
    spared = {
        "redis-server": bool(settings.redis_url),
        "prometheus": not settings.prometheus.enabled,
    }
    for program, package in TOOLS.items():
        if spared.get(program):
            continue
        if shutil.which(program) is None:
            raise ToolMissing(
                f"The program {program} is not installed; run `make up`, or install the package "
                f"{package}."
            )


def ports(settings: Settings) -> tuple[Port, ...]:
    """Every fixed port of an installation."""
    tcp, udp = socket.SOCK_STREAM, socket.SOCK_DGRAM
    asterisk, agi, http = settings.asterisk, settings.agi, settings.http
    wanted = (
        Port("asterisk.sip_port", udp, asterisk.sip_host, asterisk.sip_port),
        Port("asterisk.ami_port", tcp, asterisk.host, asterisk.ami_port),
        Port("agi.port", tcp, agi.host, agi.port),
        Port("http.port", tcp, http.host, http.port),
        Port("speech.port", tcp, settings.speech.host, settings.speech.port),
    )
    if not settings.prometheus.enabled:
        return wanted
    prometheus = settings.prometheus
    return (*wanted, Port("prometheus.port", tcp, prometheus.host, prometheus.port))


def check_ports(wanted: Iterable[Port]) -> None:
    """Whether every port can be listened on, all at the same time.

    Raises:
        PortTaken: One cannot.
    """
    with contextlib.ExitStack() as held:
        for port in wanted:
            probe = held.enter_context(socket.socket(socket.AF_INET, port.kind))
            if port.kind is socket.SOCK_STREAM:
                # as the part will do: connections that have just ended do not count
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((port.host, port.number))
                if port.kind is socket.SOCK_STREAM:
                    probe.listen(1)
            except OSError as error:
                section = port.setting.rpartition(".")[0]
                why = (
                    "is in use by another program; end that program or choose another port "
                    f"(setting {port.setting})."
                    if error.errno == errno.EADDRINUSE
                    else f"cannot be listened on ({error.strerror}); choose another address or "
                    f"port (settings of [{section}])."
                )
                raise PortTaken(f"Port {port.number} on {port.host} {why}") from error
