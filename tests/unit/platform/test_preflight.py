from __future__ import annotations

import errno
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.platform import preflight
from ivr.platform.errors import (
    PathUnsuitable,
    PortTaken,
    SettingsInvalid,
    StateNotWritable,
    ToolMissing,
)
from ivr.platform.paths import Layout
from ivr.platform.preflight import Port
from ivr.settings import AgiSettings, HttpSettings, PrometheusSettings, Settings

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAXEL_SETTINGS", "/dev/null")


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def settings_file(monkeypatch: pytest.MonkeyPatch, folder: Path, content: str) -> None:
    (folder / "vaxel.toml").write_text(content)
    monkeypatch.setenv("VAXEL_SETTINGS", str(folder / "vaxel.toml"))


def test_a_settings_file_that_is_named_must_be_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VAXEL_SETTINGS", str(tmp_path / "vaxel.tmol"))

    with pytest.raises(SettingsInvalid, match=r"vaxel\.tmol, which does not exist"):
        preflight.load_settings()


def test_settings_come_from_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings_file(monkeypatch, tmp_path, "[agi]\nport = 28005\n")

    assert preflight.load_settings().agi.port == 28005


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[agi]\nport = 'x'\n", "agi.port is wrong"),
        ("[agi]\npotr = 1\n", "agi.potr is wrong"),
        ("agi = [\n", "no valid TOML"),
        ("[asterisk]\nrtp_start = 20000\nrtp_end = 20000\n", "rtp_end must be greater"),
    ],
)
def test_a_wrong_setting_is_one_sentence_that_names_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str, told: str
) -> None:
    settings_file(monkeypatch, tmp_path, content)

    with pytest.raises(SettingsInvalid, match=told) as refused:
        preflight.load_settings()
    assert "\n" not in str(refused.value)


def test_a_settings_file_that_cannot_be_read_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "vaxel.toml").write_bytes(b"# \xff\n")
    monkeypatch.setenv("VAXEL_SETTINGS", str(tmp_path / "vaxel.toml"))

    with pytest.raises(SettingsInvalid, match="cannot be read"):
        preflight.load_settings()


@pytest.mark.parametrize("name", ["with blank", "a,b", "a&b", "a;b", "${A}", "å"])
def test_a_state_folder_whose_name_a_dialplan_would_treat_is_refused(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(PathUnsuitable, match="characters"):
        preflight.layout_of(Settings(state=tmp_path / name))


def test_a_state_folder_too_deep_for_a_socket_is_refused_by_how_much() -> None:
    longest = 107 - len("/asterisk/run/asterisk.ctl")

    preflight.layout_of(Settings(state=Path("/" + "a" * (longest - 1))))
    with pytest.raises(PathUnsuitable, match="3 bytes shorter"):
        preflight.layout_of(Settings(state=Path("/" + "a" * (longest + 2))))


def test_the_folders_are_made_for_the_owner(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "state")

    preflight.make_folders(layout)

    assert all(folder.is_dir() for folder in layout.folders())
    assert layout.state.stat().st_mode & 0o777 == 0o700


def test_a_state_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StateNotWritable, match=r"file.*setting state"):
        preflight.make_folders(Layout(tmp_path / "file" / "state"))


def test_a_disk_that_takes_no_more_is_one_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(StateNotWritable, match=rf"{tmp_path} .*\(No space left on device\).*room"),
        preflight.writing(Layout(tmp_path)),
    ):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_state_that_is_somebody_else_s_is_told_before_anything_is_looked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # as it is for all but root

    with pytest.raises(StateNotWritable, match="run the command as that user"):
        preflight.layout_of(Settings(state=tmp_path))


def test_a_missing_program_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(ToolMissing, match=r"espeak-ng.*make up"):
        preflight.check_tools(Settings())


def test_no_redis_server_is_needed_where_another_redis_is_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for program in ("espeak-ng", "ffmpeg", "prometheus"):
        (tmp_path / program).write_text("#!/bin/sh\n")
        (tmp_path / program).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    preflight.check_tools(Settings(redis_url="redis://127.0.0.1"))
    with pytest.raises(ToolMissing, match="redis-server"):
        preflight.check_tools(Settings())


def test_nothing_of_prometheus_is_needed_where_it_is_switched_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        shutil, "which", lambda name: None if name == "prometheus" else f"/bin/{name}"
    )
    off = Settings(prometheus=PrometheusSettings(enabled=False))

    preflight.check_tools(off)

    with pytest.raises(ToolMissing, match="prometheus"):
        preflight.check_tools(Settings())
    assert "prometheus.port" not in {port.setting for port in preflight.ports(off)}
    assert "prometheus.port" in {port.setting for port in preflight.ports(Settings())}


def test_a_port_in_use_is_named_with_its_setting(taken: int) -> None:
    ports = preflight.ports(Settings(http=HttpSettings(port=taken)))

    with pytest.raises(PortTaken, match=rf"Port {taken} .*another program.*http\.port"):
        preflight.check_ports([port for port in ports if port.setting == "http.port"])


def test_one_number_for_two_parts_is_found_before_they_fight_for_it(free: int) -> None:
    settings = Settings(agi=AgiSettings(port=free), http=HttpSettings(port=free))

    with pytest.raises(PortTaken, match=rf"Port {free} .*http\.port"):
        preflight.check_ports(port for port in preflight.ports(settings) if port.number == free)


def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(PortTaken, match=r"cannot be listened on.*another address.*\[agi\]"):
        preflight.check_ports([Port("agi.port", socket.SOCK_STREAM, "192.0.2.1", 28778)])
