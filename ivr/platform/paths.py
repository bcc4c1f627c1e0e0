"""Where everything lies that an installation makes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ivr.settings import Settings


def models_folder(settings: Settings) -> Path:
    """Where speech models are looked for."""
    return (settings.speech.models or settings.cache / "models").expanduser().absolute()


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders and files below one state folder; the only place that knows their names.

    Attributes:
        state: The state folder, absolute.
    """

    state: Path

    @property
    def asterisk(self) -> Path:
        """All that is Asterisk's."""
        return self.state / "asterisk"

    @property
    def asterisk_etc(self) -> Path:
        """Rendered configuration."""
        return self.asterisk / "etc"

    @property
    def asterisk_conf(self) -> Path:
        """The file that Asterisk is started with."""
        return self.asterisk_etc / "asterisk.conf"

    @property
    def asterisk_run(self) -> Path:
        """Process id and control socket."""
        return self.asterisk / "run"

    @property
    def asterisk_log(self) -> Path:
        """Asterisk's own log files."""
        return self.asterisk / "log"

    @property
    def asterisk_spool(self) -> Path:
        """Voicemail of the survivable context and temporary recordings."""
        return self.asterisk / "spool"

    @property
    def asterisk_messages(self) -> Path:
        """Messages that Asterisk took by itself."""
        return self.asterisk_spool / "voicemail"

    @property
    def asterisk_db(self) -> Path:
        """Asterisk's database: which phone is registered where."""
        return self.asterisk / "db"

    @property
    def asterisk_lib(self) -> Path:
        """Asterisk's variable data; empty, but it must exist."""
        return self.asterisk / "lib"

    @property
    def redis(self) -> Path:
        """Redis' append-only file."""
        return self.state / "redis"

    @property
    def redis_socket(self) -> Path:
        """The Unix socket of the own ``redis-server``."""
        return self.run / "redis.sock"

    @property
    def prometheus(self) -> Path:
        """Prometheus' configuration and data."""
        return self.state / "prometheus"

    @property
    def prometheus_config(self) -> Path:
        """The file that Prometheus is started with."""
        return self.prometheus / "prometheus.yml"

    @property
    def prometheus_data(self) -> Path:
        """Every figure of the last days."""
        return self.prometheus / "data"

    @property
    def prompts(self) -> Path:
        """Spoken texts, by content hash."""
        return self.state / "prompts"

    @property
    def announced(self) -> Path:
        """Announcements that were spoken by telephone, a controller's copies."""
        return self.state / "announced"

    @property
    def music(self) -> Path:
        """Music on hold."""
        return self.state / "music"

    @property
    def recordings(self) -> Path:
        """Finished recordings, one folder an organisation."""
        return self.state / "recordings"

    @property
    def recordings_incoming(self) -> Path:
        """Legs that Asterisk is still writing or has just finished."""
        return self.recordings / "incoming"

    @property
    def recording_keys(self) -> Path:
        """Master keys of the recordings, where no other place is set; mode 0600."""
        return self.state / "recording-keys.json"

    @property
    def log(self) -> Path:
        """What each process prints."""
        return self.state / "log"

    @property
    def run(self) -> Path:
        """Which processes are ours, and the Redis socket."""
        return self.state / "run"

    def record(self, part: str) -> Path:
        """Where the identity of a running part is written down."""
        return self.run / f"{part}.json"

    def part_log(self, part: str) -> Path:
        """What a part prints."""
        return self.log / f"{part}.log"

    @property
    def secrets(self) -> Path:
        """Passwords and PINs, mode 0600."""
        return self.state / "secrets.json"

    @property
    def api_tokens(self) -> Path:
        """Who may ask the API, mode 0600."""
        return self.state / "api-tokens.json"

    @property
    def database(self) -> Path:
        """The SQLite file, where no other database is set."""
        return self.state / "vaxel.db"

    def folders(self) -> tuple[Path, ...]:
        """Every folder that must exist before the first process starts."""
        return (
            self.asterisk_etc,
            self.asterisk_run,
            self.asterisk_log,
            self.asterisk_spool,
            self.asterisk_db,
            self.asterisk_lib,
            self.redis,
            self.prometheus_data,
            self.prompts,
            self.music,
            self.recordings_incoming,
            self.log,
            self.run,
        )
