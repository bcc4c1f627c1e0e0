"""Every setting of an installation, with its default, in one place.

Sources, strongest first: ``VAXEL_*`` environment variables (``VAXEL_ASTERISK__SIP_PORT=5060``),
then ``vaxel.toml`` in the checkout (or the file that ``VAXEL_SETTINGS`` names), then the defaults
here. An unknown name is an error.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

CHECKOUT = Path(__file__).resolve().parents[1]


NodeName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,19}$")]
"""What an Asterisk is called among several; contacts' ids and controllers' names begin with it."""

PeerAddress = Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]{1,253}:[0-9]{1,5}$")]


class AsteriskSettings(BaseModel):
    """Where Asterisk listens. A leg takes two RTP ports, a conversation has two legs.

    Attributes:
        node: What this Asterisk is called; no two that share a Redis have one name (see
            ``docker/README.md``).
        peers: The other nodes, with the private ``host:port`` of their SIP; agents who are
            registered there are rung for callers here.
        host: For its manager interface; keep it on this machine.
        sip_host: For phones and trunks; they must be able to reach it.
        trunks: A file in the form of pjsip.conf with the trunks to telephone networks; the
            context of their endpoints is ``callers``, their transport ``udp``.
    """

    model_config = ConfigDict(extra="forbid")

    node: NodeName = "vaxel"
    peers: dict[NodeName, PeerAddress] = {}
    host: str = "127.0.0.1"
    sip_host: str = "127.0.0.1"
    sip_port: int = Field(15060, ge=1, le=65535)
    ami_port: int = Field(15038, ge=1, le=65535)
    rtp_start: int = Field(20000, ge=1024, le=65534)
    rtp_end: int = Field(21999, ge=1025, le=65535)
    trunks: Path | None = None

    @model_validator(mode="after")
    def _is_no_peer_of_itself(self) -> AsteriskSettings:
        if self.node in self.peers:
            raise ValueError("asterisk.peers names this node itself; name the others alone")
        return self

    @property
    def sip_address(self) -> str:
        """Where a phone on this machine reaches it."""
        return "127.0.0.1" if self.sip_host == "0.0.0.0" else self.sip_host  # noqa: S104 - compared


class AgiSettings(BaseModel):
    """Where the controller listens for Asterisk's FastAGI, and its bounds."""

    model_config = ConfigDict(extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(14573, ge=1, le=65535)
    max_sessions: int = Field(500, ge=1, description="more calls than this go to survivable")
    drain_seconds: float = Field(30, ge=0, description="how long running calls may finish at stop")


class HttpSettings(BaseModel):
    """Where ``/metrics``, ``/livez`` and ``/readyz`` are served."""

    model_config = ConfigDict(extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(19273, ge=1, le=65535)


class SpeechSettings(BaseModel):
    """Where speech is recognised, and with what.

    Attributes:
        models: Folder with Vosk models, one folder a model; empty: ``<cache>/models``.
        workers: Processes that decode; 0 is one a core.
    """

    model_config = ConfigDict(extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(19274, ge=1, le=65535)
    models: Path | None = None
    workers: int = Field(0, ge=0, le=64)


class RecordingSettings(BaseModel):
    """How recordings are kept.

    Attributes:
        keys: File with the master keys, mode 0600; empty: ``recording-keys.json`` in ``state``.
            A production keeps it on another disk than the recordings.
    """

    model_config = ConfigDict(extra="forbid")

    keys: Path | None = None


class OutgoingSettings(BaseModel):
    """How callers are called back.

    Attributes:
        endpoint: The PJSIP endpoint that leads to the telephone network. ``caller`` is the account
            to try Växel with: it reaches that one phone and no network. Empty: nobody is ever
            called.
        regions: Countries that may be called, ISO 3166 codes; the first is that of numbers
            written without a country code.
    """

    model_config = ConfigDict(extra="forbid")

    endpoint: str = Field("caller", pattern=r"^[A-Za-z0-9_-]{0,40}$")
    regions: tuple[str, ...] = ("SE", "DK", "NO", "FI")


class SmsSettings(BaseModel):
    """How text messages are sent: not at all, into a file, or by a gateway.

    Attributes:
        file: Each message is appended here, a JSON object a line; it wins over a gateway.
        url: The gateway's, which takes ``{"from": …, "to": …, "text": …}`` by POST.
        token: Sent to the gateway as ``Authorization: Bearer``.
        name: Whom messages come from; the organisation's id when empty.
    """

    model_config = ConfigDict(extra="forbid")

    file: Path | None = None
    url: str = Field("", pattern=r"^(https?://\S+)?$")
    token: SecretStr = SecretStr("")
    name: str = Field("", max_length=15)


class PrometheusSettings(BaseModel):
    """Where the platform's own Prometheus listens, if it is to have one."""

    model_config = ConfigDict(extra="forbid")

    enabled: bool = True
    host: str = "127.0.0.1"
    port: int = Field(19275, ge=1, le=65535)


class Settings(BaseSettings):
    """The whole installation.

    Attributes:
        state: Folder of everything that this installation makes (rendered configuration, Redis
            and SQL data, prompts, recordings, logs, secrets). Removing it is a fresh start.
        trees: Folder with one folder an organisation.
        cache: What several installations of one machine share (Asterisk's files).
        redis_url: Empty: an own ``redis-server`` on a Unix socket in ``state``.
        database_url: Empty: SQLite in ``state``. Else an SQLAlchemy async URL.
    """

    model_config = SettingsConfigDict(
        env_prefix="VAXEL_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    state: Path = CHECKOUT / ".vaxel"
    trees: Path = CHECKOUT / "dialplans"
    cache: Path = Path("~/.cache/vaxel")
    redis_url: str = ""
    database_url: str = ""
    asterisk: AsteriskSettings = AsteriskSettings()
    agi: AgiSettings = AgiSettings()
    http: HttpSettings = HttpSettings()
    speech: SpeechSettings = SpeechSettings()
    recordings: RecordingSettings = RecordingSettings()
    outgoing: OutgoingSettings = OutgoingSettings()
    sms: SmsSettings = SmsSettings()
    prometheus: PrometheusSettings = PrometheusSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Code, then environment, then the file."""
        path = Path(os.environ.get("VAXEL_SETTINGS", CHECKOUT / "vaxel.toml"))
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, path)
