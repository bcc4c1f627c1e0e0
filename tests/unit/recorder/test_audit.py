"""Whose name an access is noted under."""

from __future__ import annotations

import os
import pwd

import pytest

from recorder.audit import system_user

pytestmark = pytest.mark.unit


def test_the_user_is_whose_process_it_is_whatever_a_variable_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SUDO_USER", raising=False)
    for name in ("LOGNAME", "USER", "USERNAME"):
        monkeypatch.setenv(name, "somebody")
    assert system_user() == pwd.getpwuid(os.getuid()).pw_name


def test_who_became_root_is_named_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setenv("SUDO_USER", "anna")
    assert system_user() == "root (sudo by anna)"


def test_only_root_can_have_come_by_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 987_654)
    monkeypatch.setenv("SUDO_USER", "anna")
    assert system_user() == "uid 987654"
