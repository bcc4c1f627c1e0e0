"""The compose file fits the checkout: what it mounts and starts is there, and nothing is open."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest
from ruamel.yaml import YAML

from ivr.settings import CHECKOUT, HttpSettings, PrometheusSettings, SpeechSettings

pytestmark = pytest.mark.unit

FOLDER = CHECKOUT / "docker"
COMPOSE: dict[str, Any] = YAML(typ="safe").load(FOLDER / "compose.yaml")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONE_SHOT = {"render", "folders"}
BY_NAME = pytest.mark.parametrize("name", SERVICES)


def mounts(service: dict[str, Any]) -> list[tuple[str, str]]:
    pairs = (volume.split(":")[:2] for volume in service.get("volumes", []))
    return [(outside, inside) for outside, inside in pairs]


@BY_NAME
def test_what_a_service_mounts_exists(name: str) -> None:
    for outside, _ in mounts(SERVICES[name]):
        if outside.startswith("."):
            assert (FOLDER / outside).resolve().exists(), outside
        else:
            assert outside in COMPOSE["volumes"]


@BY_NAME
def test_what_a_service_waits_for_can_come_true(name: str) -> None:
    for other, wait in SERVICES[name].get("depends_on", {}).items():
        condition = wait["condition"]
        assert (condition == "service_completed_successfully") == (other in ONE_SHOT)
        if condition == "service_healthy":
            assert "healthcheck" in SERVICES[other]


@BY_NAME
def test_a_service_comes_back_by_itself_and_its_log_never_fills_the_disk(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == ("no" if name in ONE_SHOT else "unless-stopped")
    assert service["logging"] == {"driver": "local"}


@BY_NAME
def test_a_service_has_no_rights_that_it_does_not_need(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert "privileged" not in service
    assert "ports" not in service
    assert name in ONE_SHOT or "healthcheck" in service


def test_nothing_but_the_one_who_makes_the_folders_is_root() -> None:
    assert [name for name, service in SERVICES.items() if service.get("user") == "root"] == [
        "folders"
    ]
    assert SERVICES["folders"]["network_mode"] == "none"


@BY_NAME
def test_a_python_module_that_is_started_exists(name: str) -> None:
    command = SERVICES[name].get("command", [])
    if command[:2] == ["python", "-m"]:
        spec = find_spec(command[2])
        assert spec is not None
        is_package = spec.submodule_search_locations is not None
        assert not is_package or find_spec(f"{command[2]}.__main__") is not None


def test_a_second_controller_waits_where_it_sees_the_lock_of_the_first() -> None:
    controller = SERVICES["controller"]
    assert controller["deploy"] == {"replicas": 2}
    assert "container_name" not in controller, "two cannot have one name"
    assert ("state", "/var/lib/vaxel") in mounts(controller)


@BY_NAME
def test_an_image_that_is_built_has_its_dockerfile(name: str) -> None:
    build = SERVICES[name].get("build")
    if build is not None:
        assert (FOLDER / build["context"]).resolve() == CHECKOUT
        assert (CHECKOUT / build["dockerfile"]).is_file()
    else:
        image = SERVICES[name]["image"]
        assert image.startswith("docker.io/")
        assert not image.endswith(":latest")


def test_the_ports_are_those_of_the_settings() -> None:
    text = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
    assert f"http://127.0.0.1:{HttpSettings().port}/readyz" in text
    assert f"http://127.0.0.1:{SpeechSettings().port}/livez" in text
    assert f"--web.listen-address=127.0.0.1:{PrometheusSettings().port}" in text


def test_the_images_hold_every_room_and_nothing_of_the_tests() -> None:
    dockerfile = (FOLDER / "vaxel.Dockerfile").read_text(encoding="utf-8")
    ignored = (CHECKOUT / ".dockerignore").read_text(encoding="utf-8")
    for room in ("acd", "dialplans", "ivr", "media", "monitoring", "recorder", "store", "wire"):
        assert f"COPY {room} {room}\n" in dockerfile
        assert f"!{room}\n" in ignored
    assert ignored.startswith("*\n")
    assert "tests" not in dockerfile + ignored
