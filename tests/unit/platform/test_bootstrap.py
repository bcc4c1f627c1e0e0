from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from ivr.platform import asterisk, bootstrap

pytestmark = pytest.mark.unit

Commands = list[list[str]]


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Commands:
    """What would have been run; the checkout is an empty one."""
    ran: Commands = []

    def run(_what: str, command: Sequence[str], _script: str = "") -> None:
        ran.append(list(command))
        if command[1:3] == ["-m", "venv"]:
            (tmp_path / ".venv/bin").mkdir(parents=True)
        if "--editable" in command:
            (tmp_path / ".venv/bin/vaxel").touch()
            (tmp_path / ".venv/bin/pip").touch()

    monkeypatch.setattr(bootstrap, "logged", run)
    monkeypatch.setattr(bootstrap, "CHECKOUT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    for name in ("pyproject.toml", bootstrap.RUN_LOCK, bootstrap.DEV_LOCK):
        (tmp_path / name).write_text(name)
    return ran


@pytest.fixture
def no_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda program, path="": None)


def test_the_environment_holds_what_the_lock_says_by_hash(commands: Commands) -> None:
    bootstrap.make_environment(bootstrap.RUN_LOCK)

    venv, locked, checkout = commands
    assert venv[1:3] == ["-m", "venv"]
    assert "--require-hashes" in locked
    assert locked[-1].endswith("/requirements.lock")
    assert {"--no-deps", "--no-build-isolation", "--editable"} < set(checkout)


def test_nothing_is_done_twice(commands: Commands) -> None:
    bootstrap.make_environment(bootstrap.RUN_LOCK)
    done = len(commands)

    bootstrap.make_environment(bootstrap.RUN_LOCK)

    assert len(commands) == done


def test_the_environment_for_tests_is_also_one_to_run_with(commands: Commands) -> None:
    bootstrap.make_environment(bootstrap.DEV_LOCK)
    done = len(commands)

    bootstrap.make_environment(bootstrap.RUN_LOCK)

    assert len(commands) == done


def test_a_changed_lock_is_installed(commands: Commands, tmp_path: Path) -> None:
    bootstrap.make_environment(bootstrap.RUN_LOCK)
    done = len(commands)
    (tmp_path / bootstrap.RUN_LOCK).write_text("another")

    bootstrap.make_environment(bootstrap.RUN_LOCK)

    assert len(commands) == done + 2


@pytest.mark.parametrize("content", ["", "[]", "{", '{"requirements.lock": 1}'])
def test_a_damaged_stamp_means_to_install_again(
    commands: Commands, tmp_path: Path, content: str
) -> None:
    bootstrap.make_environment(bootstrap.RUN_LOCK)
    done = len(commands)
    (tmp_path / ".venv/vaxel-locks.json").write_text(content)

    bootstrap.make_environment(bootstrap.RUN_LOCK)

    assert len(commands) > done
    assert json.loads((tmp_path / ".venv/vaxel-locks.json").read_text())


@pytest.mark.usefixtures("no_programs")
def test_without_root_and_sudo_a_person_is_told_what_to_run(
    monkeypatch: pytest.MonkeyPatch, commands: Commands
) -> None:
    monkeypatch.setattr("shutil.which", lambda program: program)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr(bootstrap, "answer_of", lambda *_command: "")

    with pytest.raises(bootstrap.BootstrapError, match=r"sudo apt-get install .* ffmpeg"):
        bootstrap.apt(["ffmpeg"])
    assert not commands


def test_with_sudo_it_installs_without_asking(
    monkeypatch: pytest.MonkeyPatch, commands: Commands
) -> None:
    monkeypatch.setattr("shutil.which", lambda program: program)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr(bootstrap, "answer_of", lambda *_command: "yes\n")

    bootstrap.apt(["ffmpeg"])

    assert commands == [["sudo", "-n", "sh", "-s", "--", "ffmpeg"]]


@pytest.mark.usefixtures("no_programs")
def test_a_machine_without_apt_is_told_what_to_install(commands: Commands) -> None:
    with pytest.raises(bootstrap.BootstrapError, match=r"Only Debian and Ubuntu.*ffmpeg"):
        bootstrap.apt(["ffmpeg"])
    assert not commands


def test_an_expired_index_is_the_only_reason_to_look_past_its_age(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tries: Commands = []

    def mirror(_what: str, command: Sequence[str], _script: str = "") -> None:
        tries.append(list(command))
        if len(tries) == 1:
            raise bootstrap.BootstrapError("Release file is expired (invalid since 3d)")
        folder = Path(command[command.index(bootstrap.SUITE) + 1])
        (folder / "usr/lib/x86_64-linux-gnu").mkdir(parents=True)
        (folder / "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2").touch()
        (folder / "usr/share/asterisk/sounds/en_US_f_Allison").mkdir(parents=True)

    monkeypatch.setattr(bootstrap, "logged", mirror)
    monkeypatch.setattr(bootstrap, "KEYRING", tmp_path)
    monkeypatch.setattr("shutil.which", lambda program: program)

    bootstrap.make_tree(tmp_path / "asterisk-forky")

    first, second = tries
    assert not [option for option in first if "Check-Valid-Until" in option]
    assert [option for option in second if "Check-Valid-Until" in option]
    assert (tmp_path / "asterisk-forky/usr/share/asterisk/sounds/en").is_dir()


def test_a_fetch_that_fails_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def mirror(_what: str, _command: Sequence[str], _script: str = "") -> None:
        raise bootstrap.BootstrapError("no route to host")

    monkeypatch.setattr(bootstrap, "logged", mirror)
    monkeypatch.setattr(bootstrap, "KEYRING", tmp_path)
    monkeypatch.setattr("shutil.which", lambda program: program)

    with pytest.raises(bootstrap.BootstrapError, match="no route"):
        bootstrap.make_tree(tmp_path / "asterisk-forky")
    assert not list(tmp_path.iterdir())


def test_a_command_that_fails_is_quoted_from_the_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bootstrap, "LOG", tmp_path / "log")

    with pytest.raises(
        bootstrap.BootstrapError, match=r"trying: failed \(code 3\)(.|\n)*disk full"
    ):
        bootstrap.logged("trying", ["sh", "-s"], "echo disk full; exit 3")


def test_the_cache_folder_is_the_settings_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "vaxel.toml").write_text('cache = "/srv/cache"\n')
    monkeypatch.setenv("VAXEL_SETTINGS", str(tmp_path / "vaxel.toml"))
    monkeypatch.delenv("VAXEL_CACHE", raising=False)

    assert bootstrap.cache_folder() == Path("/srv/cache")
    monkeypatch.setenv("VAXEL_CACHE", "/elsewhere")
    assert bootstrap.cache_folder() == Path("/elsewhere")


def test_both_halves_agree_on_the_oldest_asterisk() -> None:
    assert bootstrap.OLDEST_ASTERISK == asterisk.OLDEST_MAJOR


def test_a_wrong_call_ends_with_2_and_a_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-I", bootstrap.__file__, "nonsense"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr == "✗ Say what for: bootstrap.py run|dev|bench|images\n"
