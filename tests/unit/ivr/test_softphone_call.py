import socket
from pathlib import Path

import pytest

from ivr.settings import AsteriskSettings, Settings
from ivr.softphone_call import EXIT_CANNOT_CALL, place

pytestmark = pytest.mark.unit


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return Settings(state=tmp_path, asterisk=AsteriskSettings(sip_port=port))


async def test_without_a_platform_the_caller_is_told_how_to_start_one(settings: Settings) -> None:
    (settings.state / "secrets.json").write_text("{}")
    told: list[str] = []
    assert await place("100", settings=settings, tell=told.append) == EXIT_CANNOT_CALL
    (line,) = told
    assert str(settings.asterisk.sip_port) in line
    assert "vaxel up" in line


async def test_a_key_that_no_telephone_has_is_named(settings: Settings) -> None:
    told: list[str] = []
    assert await place("100", keys="1,x", settings=settings, tell=told.append) == EXIT_CANNOT_CALL
    assert "'x'" in told[0]


async def test_a_file_of_another_form_is_named(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "song.mp3").write_bytes(b"ID3")
    for file in (tmp_path / "song.mp3", tmp_path / "missing.wav"):
        told: list[str] = []
        assert await place("100", play=file, settings=settings, tell=told.append) == (
            EXIT_CANNOT_CALL
        )
        assert file.name in told[0]
