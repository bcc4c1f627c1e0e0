"""Find the Asterisk to run: the distribution's where it is new enough, else the fetched tree.

The tree is made by ``ivr/platform/bootstrap.py``: Debian's packages, extracted and never
configured. It needs neither root nor chroot, because its own dynamic loader is started with its own
libraries, and ``asterisk.conf`` names every folder.
"""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ivr.platform.errors import AsteriskMissing, AsteriskTooOld

OLDEST_MAJOR = 20
"""The first long-term release whose AGI, AMI filters and MixMonitor are as we use them."""

TREE_PATTERN = "asterisk-*"
"""Name of a fetched tree below the cache folder; the rest is Debian's suite."""

_VERSION = re.compile(r"Asterisk (\S*?(\d+)\.\S*)")


@dataclass(frozen=True, slots=True)
class AsteriskProgram:
    """An Asterisk that can be started.

    Attributes:
        command: Program and leading arguments; Asterisk's own arguments follow.
        modules: Folder of its modules.
        data: Folder of its read-only data (documentation, sounds).
        version: As it names itself, e.g. ``22.10.1``.
    """

    command: tuple[str, ...]
    modules: Path
    data: Path
    version: str

    @classmethod
    def find(cls, cache: Path) -> AsteriskProgram:
        """The Asterisk of this machine.

        Args:
            cache: Folder that several installations share; fetched trees lie in it.

        Raises:
            AsteriskMissing: There is none.
            AsteriskTooOld: There is only one older than ``OLDEST_MAJOR``.
        """
        old: str | None = None
        for command, modules, data in (*_installed(), *_trees(cache)):
            version, major = _version(command)
            if major >= OLDEST_MAJOR:
                return cls(command=command, modules=modules, data=data, version=version)
            old = version
        if old is not None:
            raise AsteriskTooOld(
                f"Asterisk {old} is too old, {OLDEST_MAJOR} is the oldest that works; "
                "run `make up`, which fetches a newer one beside it."
            )
        raise AsteriskMissing("Asterisk is not installed; run `make up`, which fetches it.")

    @classmethod
    def packaged(cls) -> AsteriskProgram:
        """Debian's package, as it lies in an image of its own that others start."""
        modules = Path(f"/usr/lib/{platform.machine()}-linux-gnu/asterisk/modules")
        return cls(command=(), modules=modules, data=Path("/usr/share/asterisk"), version="")


def _installed() -> list[tuple[tuple[str, ...], Path, Path]]:
    program = shutil.which("asterisk", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        return []
    modules = sorted(Path("/usr/lib").glob("*/asterisk/modules"))
    return [((program,), modules[0], Path("/usr/share/asterisk"))] if modules else []


def _trees(cache: Path) -> list[tuple[tuple[str, ...], Path, Path]]:
    found: list[tuple[tuple[str, ...], Path, Path]] = []
    for tree in sorted(cache.expanduser().glob(TREE_PATTERN)):
        for loader in sorted(tree.glob("usr/lib/*/ld-linux*.so.*")):
            libraries = loader.parent
            program = tree / "usr/sbin/asterisk"
            command = (str(loader), "--library-path", str(libraries), str(program))
            found.append((command, libraries / "asterisk/modules", tree / "usr/share/asterisk"))
    return found


def _version(command: tuple[str, ...]) -> tuple[str, int]:
    """What ``asterisk -V`` says, and its first number; ``0`` when it does not run."""
    try:
        answer = subprocess.run(  # noqa: S603 - the program that we are about to start anyway
            [*command, "-V"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"(does not run: {error})", 0
    match = _VERSION.search(answer.stdout)
    return (match.group(1), int(match.group(2))) if match else ("(unknown)", 0)
