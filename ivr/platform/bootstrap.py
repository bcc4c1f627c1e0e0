"""Install what is missing on this machine: packages, Asterisk, the Python environment.

Run by the system's own Python before anything is installed: the standard library only, and a
syntax that an older Python still reads, so that it can say that it is too old.

    python3 -I ivr/platform/bootstrap.py run     # what `make up` needs
    python3 -I ivr/platform/bootstrap.py dev     # and `make test`
    python3 -I ivr/platform/bootstrap.py bench   # and `make bench`
    python3 -I ivr/platform/bootstrap.py images  # and `make images-test`

Nothing is asked, nothing is done twice: what is in place is found in well under a second.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
VENV = CHECKOUT / ".venv"
WORK = CHECKOUT / ".vaxel"
LOG = WORK / "setup.log"

RUN_LOCK = "requirements.lock"
DEV_LOCK = "requirements-dev.lock"  # holds all of RUN_LOCK

PROGRAMS = {
    **{name: name for name in ("redis-server", "espeak-ng", "ffmpeg", "prometheus")},
    "dot": "graphviz",
}
"""Debian packages by the program that they bring."""

TEST_PROGRAMS = {**PROGRAMS, "pg_ctlcluster": "postgresql"}

KINDS = {
    "run": (RUN_LOCK, PROGRAMS),
    "dev": (DEV_LOCK, TEST_PROGRAMS),
    "bench": (DEV_LOCK, {**PROGRAMS, "cc": "gcc libc6-dev"}),
    "images": (DEV_LOCK, {**TEST_PROGRAMS, "buildah": "buildah", "mmdebstrap": "mmdebstrap"}),
}

OLDEST_PYTHON = (3, 11)
OLDEST_ASTERISK = 20
SUITE = "forky"
"""Debian's suite with a current Asterisk."""
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

# Packages come without their services: ours are children of `vaxel up`, on ports of their own.
# policy-rc.d keeps a service from being started while it is installed, and is gone afterwards.
INSTALL_SCRIPT = r"""
set -eu
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
patience='-o DPkg::Lock::Timeout=300'
apt-get $patience update
apt-get $patience install --yes --no-install-recommends "$@"
if [ -d /run/systemd/system ]; then
    for service in redis-server asterisk prometheus postgresql; do
        case " $* " in *" $service "*) systemctl disable --quiet "$service" || true ;; esac
    done
fi
"""


class BootstrapError(Exception):
    """One sentence with what to do."""


def main(arguments: Sequence[str]) -> None:
    """Make this machine ready for one of ``KINDS``.

    Raises:
        BootstrapError: Something is missing that cannot be installed from here.
    """
    require_python()
    if len(arguments) != 1 or arguments[0] not in KINDS:
        raise BootstrapError(f"Say what for: bootstrap.py {'|'.join(KINDS)}")
    lock_name, programs = KINDS[arguments[0]]
    began = time.monotonic()
    WORK.mkdir(mode=0o700, exist_ok=True)
    with lock(WORK / "setup.lock"):
        install_packages(programs)
        fetch_asterisk(cache_folder())
        make_environment(lock_name)
    if time.monotonic() - began > 5:
        say(f"everything is in place ({time.monotonic() - began:.0f} s)")


def say(text: str) -> None:
    """Tell the person what happens."""
    print(f"· {text}", flush=True)


def require_python() -> None:
    """Go on with a Python that is new enough.

    Raises:
        BootstrapError: There is none.
    """
    if sys.version_info >= OLDEST_PYTHON:
        return
    for minor in range(20, OLDEST_PYTHON[1] - 1, -1):
        other = shutil.which(f"python3.{minor}")
        if other:
            os.execv(other, [other, "-I", *sys.argv])  # noqa: S606 - the same script, newer
    major, minor = sys.version_info[:2]
    raise BootstrapError(
        f"Python {major}.{minor} is too old; install Python 3.11 or newer "
        "(apt-get install python3.11 python3.11-venv)."
    )


@contextlib.contextmanager
def lock(path: Path) -> Iterator[None]:
    """Be alone with what the lock stands for; a second terminal or checkout waits."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up is running, waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def logged(what: str, command: Sequence[str], script: str = "") -> None:
    """Run a command with its output in the log and a sign of life on the terminal.

    Args:
        what: Said before it starts.
        command: Program and arguments.
        script: Its standard input.

    Raises:
        BootstrapError: It failed; the message ends with its last lines.
    """
    say(what)
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"\n$ {' '.join(command)}\n")
        log.flush()
        begin = log.tell()
        with subprocess.Popen(  # noqa: S603 - commands of this file
            command, stdin=subprocess.PIPE, stdout=log, stderr=log
        ) as process:
            code = wait_visibly(process, script)
    if code:
        with LOG.open(encoding="utf-8", errors="replace") as log:
            log.seek(begin)
            tail = "\n".join(log.read().splitlines()[-8:])
        raise BootstrapError(f"{what}: failed (code {code}). {LOG} ends with:\n{tail}")


def wait_visibly(process: subprocess.Popen[bytes], script: str) -> int:
    """Wait; every ten seconds a line says that it goes on."""
    began = time.monotonic()
    text: bytes | None = script.encode()
    while True:
        try:
            process.communicate(text, timeout=10)
            return process.returncode
        except subprocess.TimeoutExpired:
            text = None
            say(f"  still at it ({time.monotonic() - began:.0f} s)")


def answer_of(*command: str) -> str:
    """What a command prints, ``""`` when it is not installed or fails."""
    try:
        done = subprocess.run(  # noqa: S603 - commands of this file
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C"},
            check=False,
        )
    except OSError:
        return ""
    return "" if done.returncode else done.stdout.decode(errors="replace")


def install_packages(programs: dict[str, str]) -> None:
    """Install the programs that are missing, and what makes a Python environment.

    Raises:
        BootstrapError: They cannot be installed.
    """
    wanted = [
        package
        for program, packages in programs.items()
        if not shutil.which(program)
        for package in packages.split()
    ]
    if not (VENV / "bin" / "pip").exists() and not has_ensurepip():
        major, minor = sys.version_info[:2]
        wanted.append(f"python{major}.{minor}-venv")
    if wanted:
        apt(wanted)


def has_ensurepip() -> bool:
    """Whether this Python can make an environment with pip in it."""
    return bool(answer_of(sys.executable, "-I", "-c", "import venv, ensurepip; print('yes')"))


def apt(packages: Sequence[str]) -> None:
    """Install packages of the distribution, as root or by sudo, without a question.

    Raises:
        BootstrapError: There is no apt, no right to install, or the installation failed.
    """
    by_hand = f"apt-get install --no-install-recommends {' '.join(packages)}"
    if not shutil.which("apt-get"):
        raise BootstrapError(f"Only Debian and Ubuntu are set up from here; install: {by_hand}")
    command = ["sh", "-s", "--", *packages]
    if os.geteuid():
        if not answer_of("sudo", "-n", "echo", "yes"):
            raise BootstrapError(
                f"Packages are missing, and sudo would ask; run once: sudo {by_hand}"
            )
        command = ["sudo", "-n", *command]
    logged(f"installing {', '.join(packages)}", command, INSTALL_SCRIPT)


def cache_folder() -> Path:
    """The folder that several installations share: VAXEL_CACHE, vaxel.toml, or the default.

    Raises:
        BootstrapError: The settings file cannot be read.
    """
    import tomllib  # noqa: PLC0415 - an older Python must get as far as saying that it is one

    named = os.environ.get("VAXEL_CACHE")
    if not named:
        path = Path(os.environ.get("VAXEL_SETTINGS", CHECKOUT / "vaxel.toml"))
        try:
            named = tomllib.loads(path.read_text(encoding="utf-8")).get("cache")
        except FileNotFoundError:
            named = None
        except (OSError, ValueError) as error:
            raise BootstrapError(f"The settings file {path} cannot be read: {error}") from error
    return Path(named or "~/.cache/vaxel").expanduser().absolute()


def fetch_asterisk(cache: Path) -> None:
    """Have an Asterisk that is new enough: installed, installable, or a tree in the cache.

    Raises:
        BootstrapError: None can be had.
    """
    tree = cache / f"asterisk-{SUITE}"
    if tree.exists() or installed_asterisk() >= OLDEST_ASTERISK:
        return
    if offered_asterisk() >= OLDEST_ASTERISK:
        apt(["asterisk"])
        return
    cache.mkdir(parents=True, exist_ok=True)
    with lock(cache / "asterisk.lock"):
        if not tree.exists():
            make_tree(tree)


def installed_asterisk() -> int:
    """Major version of the Asterisk of the distribution, 0 when there is none."""
    program = shutil.which("asterisk", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    found = re.search(r"Asterisk \D*(\d+)\.", answer_of(program, "-V")) if program else None
    return int(found.group(1)) if found else 0


def offered_asterisk() -> int:
    """Major version of the Asterisk that the distribution offers, 0 when there is none."""
    answer = answer_of("apt-cache", "policy", "asterisk")
    found = re.search(r"Candidate: (?:\d+:)?(\d+)\.", answer)
    return int(found.group(1)) if found else 0


def make_tree(tree: Path) -> None:
    """Extract Debian's current Asterisk into ``tree``; it is there as a whole or not at all.

    The packages are only extracted, no script of theirs runs: the mode "chrootless" then needs
    neither root nor user namespaces. ``ivr/platform/asterisk.py`` says how it is started.

    Raises:
        BootstrapError: It cannot be fetched.
    """
    missing = [] if shutil.which("mmdebstrap") else ["mmdebstrap"]
    if not KEYRING.exists():
        missing.append("debian-archive-keyring")
    if missing:
        apt(missing)
    draft = Path(tempfile.mkdtemp(prefix=".asterisk-", dir=tree.parent))
    try:
        try:
            extract(draft, "fetching Asterisk (about 100 MB, once for this machine)")
        except BootstrapError as error:
            if "is expired" not in str(error):
                raise
            say("warning: the mirror's index has expired; its signature is still checked")
            extract(
                draft,
                "fetching Asterisk again, whatever the index's age",
                '--aptopt=Acquire::Check-Valid-Until "false"',
            )
        finish_tree(draft)
        draft.rename(tree)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def extract(folder: Path, what: str, *options: str) -> None:
    """Fill ``folder`` anew with the packages that Asterisk needs."""
    shutil.rmtree(folder, ignore_errors=True)
    logged(
        what,
        [
            *("mmdebstrap", "--variant=extract", "--mode=chrootless", "--format=directory"),
            *("--include=asterisk", f"--keyring={KEYRING}", *options),
            *(SUITE, str(folder), *debian_mirror()),
        ],
    )


def debian_mirror() -> list[str]:
    """The mirror that this machine's apt uses for Debian, as mmdebstrap's last argument."""
    wanted = "$(REPO_URI) $(ORIGIN) $(LABEL)"
    for line in answer_of(
        "apt-get", "indextargets", "--format", wanted, "Created-By: Packages"
    ).splitlines():
        uri, *rest = line.split(" ")
        if rest == ["Debian", "Debian"]:
            return [f"deb {uri} {SUITE} main"]
    return []  # no Debian: mmdebstrap knows where Debian is


def finish_tree(folder: Path) -> None:
    """Do what the packages' own scripts would have done, as far as Asterisk needs it."""
    sounds = folder / "usr/share/asterisk/sounds"
    voices = sorted(path.name for path in sounds.glob("en_*"))
    if voices and not (sounds / "en").exists():
        (sounds / "en").symlink_to(voices[0])
    if not list(folder.glob("usr/lib/*/ld-linux*.so.*")):
        raise BootstrapError(f"The fetched Asterisk has no dynamic loader; {LOG} tells more.")


def make_environment(lock_name: str) -> None:
    """Have ``.venv`` hold the locked packages and this checkout.

    Raises:
        BootstrapError: A package cannot be had or has not the locked content.
    """
    wanted = fingerprint(lock_name)
    stamp = VENV / "vaxel-locks.json"
    with contextlib.suppress(OSError, ValueError, AttributeError):  # missing or damaged
        held = json.loads(stamp.read_text(encoding="utf-8"))
        if held.get(lock_name) == wanted and (VENV / "bin" / "vaxel").exists():
            return
    if not (VENV / "bin" / "pip").exists():
        logged("making the Python environment", [sys.executable, "-m", "venv", str(VENV)])
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check"]
    logged(
        "installing the locked Python packages",
        [*pip, "--require-hashes", "--requirement", str(CHECKOUT / lock_name)],
    )
    logged(
        "installing the vaxel command",
        [*pip, "--no-deps", "--no-build-isolation", "--editable", str(CHECKOUT)],
    )
    held = {lock_name: wanted}
    if lock_name == DEV_LOCK:
        held[RUN_LOCK] = fingerprint(RUN_LOCK)
    stamp.write_text(json.dumps(held), encoding="utf-8")


def fingerprint(lock_name: str) -> str:
    """What the environment depends on: the locked packages and the project's own entry points."""
    content = (CHECKOUT / lock_name).read_bytes() + (CHECKOUT / "pyproject.toml").read_bytes()
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except BootstrapError as error:
        print(f"✗ {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
