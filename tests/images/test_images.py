"""The production images build, start without rights, and carry a call together."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from ivr.settings import CHECKOUT
from tests.e2e.rig.ports import free_port, free_range
from tests.images.buildah import Buildah, buildah
from tests.integration.postgresql import PostgreSql, postgresql

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

USER = 10001
LEGS = 200
IMAGES = {
    "vaxel": ("vaxel.Dockerfile", "bookworm"),
    "vaxel-asterisk": ("asterisk.Dockerfile", "forky"),
}


@pytest.fixture(scope="module")
def images() -> Iterator[Buildah]:
    """Both images, built."""
    with buildah() as it:
        for tag, (dockerfile, suite) in IMAGES.items():
            it.make_base(suite)
            it.build(dockerfile, tag)
        yield it


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSql]:
    with postgresql() as it:
        yield it


@pytest.mark.parametrize("tag", IMAGES)
def test_an_image_runs_as_a_user_without_rights(images: Buildah, tag: str) -> None:
    assert images.configuration(tag)["User"] == str(USER)


def test_what_the_images_start_takes_a_call_together(images: Buildah, server: PostgreSql) -> None:
    with Installation(images, server) as it:
        it.run("vaxel", "vaxel", "render")
        with (
            it.running("vaxel-asterisk", *command_of(images, "vaxel-asterisk")),
            it.running("vaxel", *("python", "-m", "media.speech"), *it.speech_arguments),
            it.running("vaxel", "python", "-m", "ivr.serve"),
        ):
            it.wait_until(it.is_ready, seconds=240)
            heard = it.folder / "heard.wav"
            said = it.vaxel("call", "100", "--sip", "--seconds", "6", "--record", str(heard))
            assert "heard" in said
            assert heard.stat().st_size > 6 * 8000  # half of six seconds of 16-bit sound
            it.wait_until(lambda: it.contacts() == 1, seconds=30)


def command_of(images: Buildah, tag: str) -> list[str]:
    """What an image starts by itself."""
    command = images.configuration(tag)["Cmd"]
    assert isinstance(command, list)
    return command


class Installation:
    """State, databases and settings of one platform made of containers."""

    def __init__(self, images: Buildah, server: PostgreSql) -> None:
        self._images = images
        self.folder = Path(tempfile.mkdtemp(prefix="vx-", dir="/tmp"))
        self._server = server
        self._exit = ExitStack()
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Installation:
        self._exit.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.folder.chmod(0o755)
        state, sockets = self.folder / "state", self.folder / "sockets"
        for folder in (state, sockets):
            folder.mkdir(mode=0o700)
            os.chown(folder, USER, USER)
        redis = subprocess.Popen(
            [
                *("redis-server", "--port", "0", "--save", "", "--dir", str(sockets)),
                *("--unixsocket", str(sockets / "redis.sock"), "--unixsocketperm", "700"),
            ],
            user=USER,
            stdout=subprocess.DEVNULL,
        )
        self._exit.callback(redis.wait, 10)
        self._exit.callback(redis.terminate)
        url = asyncio.run(self._server.empty_database())
        self._database, _, database_folder = url.rpartition("?host=")
        self._volumes = {state: "/var/lib/vaxel", sockets: "/run/vaxel"}
        self._volumes[Path(database_folder)] = "/run/postgresql"
        rtp = free_range(LEGS)
        self._http, self._speech = free_port(), free_port()
        self._settings = {
            "VAXEL_SETTINGS": "/dev/null",
            "VAXEL_DATABASE_URL": f"{self._database}?host=/run/postgresql",
            "VAXEL_REDIS_URL": "unix:///run/vaxel/redis.sock",
            "VAXEL_ASTERISK__SIP_PORT": str(free_port()),
            "VAXEL_ASTERISK__AMI_PORT": str(free_port()),
            "VAXEL_ASTERISK__RTP_START": str(rtp),
            "VAXEL_ASTERISK__RTP_END": str(rtp + LEGS - 1),
            "VAXEL_AGI__PORT": str(free_port()),
            "VAXEL_AGI__DRAIN_SECONDS": "1",
            "VAXEL_HTTP__PORT": str(self._http),
            "VAXEL_SPEECH__PORT": str(self._speech),
        }
        return self

    def __exit__(self, *_: object) -> None:
        self._exit.close()

    @property
    def speech_arguments(self) -> list[str]:
        return [
            "--host",
            "127.0.0.1",
            "--port",
            str(self._speech),
            "--models",
            "/var/lib/vaxel/models",
        ]

    def run(self, tag: str, *command: str) -> None:
        """Run something in a container to its end."""
        with self._images.container(tag, self._settings, self._volumes) as prefix:
            subprocess.run([*prefix, *command], check=True, timeout=300)

    @contextmanager
    def running(self, tag: str, *command: str) -> Iterator[None]:
        """Run something in a container beside the block, and stop it in order."""
        log = self.folder / f"{tag}-{command[-1].rpartition('/')[2]}.log"
        with (
            self._images.container(tag, self._settings, self._volumes) as prefix,
            log.open("wb") as file,
            subprocess.Popen([*prefix, *command], stdout=file, stderr=file) as process,
        ):
            self._processes.append(process)
            try:
                yield
                assert process.poll() is None, log.read_text(errors="replace")
            except BaseException:
                print(log.read_text(errors="replace")[-4000:], file=sys.stderr)
                raise
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(60)

    def is_ready(self) -> bool:
        """Whether the controller takes calls."""
        assert all(process.poll() is None for process in self._processes)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._http}/readyz", timeout=5) as it:
                return bool(it.status == 200)
        except OSError:
            return False

    def vaxel(self, *arguments: str) -> str:
        """What a ``vaxel`` command of this checkout says to this installation."""
        environment: Mapping[str, str] = self._settings | {
            "VAXEL_STATE": str(self.folder / "state")
        }
        done = subprocess.run(
            [str(Path(sys.executable).with_name("vaxel")), *arguments],
            cwd=CHECKOUT,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def contacts(self) -> int:
        """How many contacts PostgreSQL holds."""
        return asyncio.run(self._server.count(self._database.rpartition("/")[2], "contacts"))

    def wait_until(self, true: Callable[[], bool], *, seconds: float) -> None:
        """Look again and again."""
        until = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < until
            time.sleep(0.5)
