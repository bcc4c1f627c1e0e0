"""Images built and run where no container engine runs: ``buildah`` in a chroot, plain files.

The public base images cannot be fetched everywhere; what they hold can be made from Debian's
packages. A base made here has the public one's name, so that the Dockerfiles are built as they are.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from contextlib import contextmanager
from pathlib import Path

from ivr.platform.bootstrap import debian_mirror
from ivr.settings import CHECKOUT

_PIP_CONF = Path("/etc/pip.conf")
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


class Buildah:
    """One private image store.

    Args:
        folder: Where it lies.
    """

    def __init__(self, folder: Path) -> None:
        self._store = (
            *("buildah", "--storage-driver", "vfs"),
            *("--root", str(folder / "root"), "--runroot", str(folder / "run")),
        )
        self._folder = folder

    def make_base(self, suite: str) -> None:
        """Make ``debian:<suite>-slim`` from Debian's packages."""
        tar = self._folder / f"{suite}.tar"
        (mirror,) = debian_mirror() or [f"deb http://deb.debian.org/debian {suite} main"]
        words = mirror.split()
        subprocess.run(
            [
                *("mmdebstrap", "--quiet", "--variant=minbase"),
                '--aptopt=Acquire::Check-Valid-Until "false"',
                *(suite, str(tar), f"deb {words[1]} {suite} main"),
            ],
            check=True,
        )
        container = self._run("from", "scratch")
        self._run("add", container, str(tar), "/")
        self._run("commit", container, f"docker.io/library/debian:{suite}-slim")
        self._run("rm", container)
        tar.unlink()

    def build(self, dockerfile: str, tag: str) -> None:
        """Build an image from the checkout, as the compose file does."""
        self._run(
            *("bud", "--isolation", "chroot", "--pull-never", *self._ways_to_packages()),
            *("--file", f"docker/{dockerfile}", "--tag", tag, "."),
        )

    def configuration(self, tag: str) -> Mapping[str, object]:
        """What an image says of itself (user, command, volumes)."""
        found: Mapping[str, object] = json.loads(self._run("inspect", "--type", "image", tag))
        image = found["OCIv1"]
        assert isinstance(image, dict)
        configuration: Mapping[str, object] = image["config"]
        return configuration

    @contextmanager
    def container(
        self, tag: str, environment: Mapping[str, str], volumes: Mapping[Path, str]
    ) -> Iterator[tuple[str, ...]]:
        """The command line that runs something in a new container of an image."""
        name = self._run("from", "--pull-never", tag)
        sets = [f"--env={key}={value}" for key, value in environment.items()]
        mounts = [f"--volume={outside}:{inside}" for outside, inside in volumes.items()]
        try:
            yield (*self._store, "run", "--isolation", "chroot", *sets, *mounts, name, "--")
        finally:
            self._run("rm", name)

    def _ways_to_packages(self) -> Iterator[str]:
        """How this machine reaches Python packages: seen by the build, not part of the image."""
        pip = ConfigParser()
        pip.read(_PIP_CONF)
        if _CERTIFICATES.exists():
            # not at its own place, where a package of the image will want to write
            yield f"--volume={_CERTIFICATES}:/run/certificates.crt:ro"
            pip.read_dict({"global": {"cert": "/run/certificates.crt"}})
        with (self._folder / "pip.conf").open("w") as file:
            pip.write(file)
        yield f"--volume={self._folder / 'pip.conf'}:{_PIP_CONF}:ro"

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [*self._store, *arguments],
            cwd=CHECKOUT,
            check=False,
            capture_output=True,
            text=True,
            env=os.environ | {"BUILDAH_FORMAT": "docker"},
        )
        assert done.returncode == 0, f"buildah {arguments[0]}: {done.stdout}\n{done.stderr}"
        return done.stdout.strip()


@contextmanager
def buildah() -> Iterator[Buildah]:
    """A store that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="vx-images-"))
    folder.chmod(0o755)  # else a container's user sees none of what is mounted into it
    try:
        yield Buildah(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
