from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from asterisk.config import Config

from ivr.platform.announcements import TEXTS
from ivr.platform.asterisk import AsteriskProgram
from ivr.platform.errors import ConfigurationInvalid
from ivr.platform.paths import Layout
from ivr.platform.render import TEMPLATES, render
from ivr.platform.secrets import PHONES, Secrets
from ivr.settings import AgiSettings, AsteriskSettings, Settings

pytestmark = pytest.mark.unit

PROGRAM = AsteriskProgram(("asterisk",), Path("/modules"), Path("/data"), "22.0.0")
SOUNDS = {name: tuple(Path(f"/p/{name}-{language}") for language in TEXTS[name]) for name in TEXTS}


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path)
    layout.asterisk.mkdir()
    return layout


def rendered(layout: Layout, templates: Path = TEMPLATES, **asterisk: Any) -> Secrets:
    secrets = Secrets.load_or_create(layout.secrets, ())
    render(
        settings=Settings(
            state=layout.state,
            asterisk=AsteriskSettings(**asterisk),
            agi=AgiSettings(port=28001),
        ),
        layout=layout,
        secrets=secrets,
        program=PROGRAM,
        events=("DialEnd", "Hangup"),
        sounds=SOUNDS,
        templates=templates,
    )
    return secrets


def values(layout: Layout, file: str, section: str) -> dict[str, str]:
    """The last section of that name."""
    config = Config(str(layout.asterisk_etc / file))
    found = [c for c in config.categories if c.name == section][-1]
    return {item.name: item.value.strip() for item in found.items}


def lines(layout: Layout, file: str) -> list[str]:
    text = (layout.asterisk_etc / file).read_text()
    return [line for line in text.splitlines() if line and not line.startswith(";")]


def test_every_template_becomes_a_file_for_the_owner_alone(layout: Layout) -> None:
    rendered(layout)

    files = sorted(layout.asterisk_etc.iterdir())
    assert [f.name for f in files] == [t.stem for t in sorted(TEMPLATES.glob("*.j2"))]
    assert {f.stat().st_mode & 0o777 for f in files} == {0o600}


def test_every_folder_of_asterisk_is_private_to_the_installation(layout: Layout) -> None:
    rendered(layout)

    folders = values(layout, "asterisk.conf", "directories")
    assert folders.pop("astmoddir") == folders.pop("astsbindir") == "/modules"
    assert folders.pop("astdatadir") == "/data"
    assert len(folders) == 8
    assert all(Path(folder).is_relative_to(layout.state) for folder in folders.values())


def test_ports_and_passwords_reach_their_files(layout: Layout) -> None:
    secrets = rendered(layout, sip_port=28060, ami_port=28038, rtp_start=28100, rtp_end=28199)

    assert values(layout, "pjsip.conf", "udp")["bind"] == "127.0.0.1:28060"
    assert values(layout, "manager.conf", "general")["port"] == "28038"
    assert values(layout, "manager.conf", "vaxel")["secret"] == secrets.ami
    assert values(layout, "rtp.conf", "general")["rtpend"] == "28199"
    passwords = [line for line in lines(layout, "pjsip.conf") if line.startswith("password")]
    assert passwords == [f"password = {secrets.phones[name]}" for name in PHONES]


def test_the_controller_hears_of_little_and_may_start_nothing_but_calls(layout: Layout) -> None:
    rendered(layout)

    user = values(layout, "manager.conf", "vaxel")
    assert user["read"] == "system,call,dtmf"
    assert user["write"] == "reporting,call,originate"
    filters = [name for name in user if name.startswith("eventfilter")]
    assert filters == [
        "eventfilter(action(include),name(DialEnd))",
        "eventfilter(action(include),name(Hangup))",
        "eventfilter(action(include),name(DeviceStateChange),header(Device),method(exact))",
        "eventfilter(action(include),name(DTMFBegin),header(Direction),method(exact))",
        "eventfilter(action(include),name(DTMFEnd),header(Direction),method(exact))",
    ]
    followed = [line for line in lines(layout, "manager.conf") if "DeviceStateChange" in line]
    assert [line.partition(" = ")[2] for line in followed] == [
        f"PJSIP/{name}" for name in PHONES if name.startswith("agent")
    ]


def test_nothing_that_runs_a_shell_or_dials_out_is_loaded(layout: Layout) -> None:
    rendered(layout)

    loaded = {line.split("= ")[1] for line in lines(layout, "modules.conf") if "load = " in line}
    assert "autoload = no" in lines(layout, "modules.conf")
    refused = ("app_system", "app_originate", "app_externalivr", "func_shell", "cli")
    assert not [module for module in loaded if module.startswith(refused)]
    assert not [module for module in loaded if "anonymous" in module]


def test_only_agents_phones_transfer_and_only_whom_the_controller_lets_them(
    layout: Layout,
) -> None:
    rendered(layout, peers={"b": "10.0.0.2:5060"})

    config = Config(str(layout.asterisk_etc / "pjsip.conf"))
    may, context = set(), ""
    for category in config.categories:
        options = [(item.name, item.value.strip()) for item in category.items]
        if ("type", "endpoint") not in options:
            continue
        if ("allow_transfer", "no") not in options:  # what is left out is allowed
            may.add(category.name)
            assert ("set_var", "TRANSFER_CONTEXT=vaxel-nobody") in options
    assert may == {name for name in PHONES if name.startswith("agent")}
    contexts = [line.strip("[]") for line in lines(layout, "extensions.conf") if line[:1] == "["]
    assert "vaxel-nobody" not in contexts
    for line in lines(layout, "extensions.conf"):
        context = line.strip("[]") if line.startswith("[") else context
        if line.startswith("switch"):
            phone = context.removeprefix("vaxel-transfers-")
            assert phone in may
            assert line == f"switch => Realtime/{phone}@referrals/p"
    asked = values(layout, "extconfig.conf", "settings")
    assert asked == {"referrals": "curl,http://127.0.0.1:19273/referrals"}


def test_asterisk_asks_the_speech_server_and_serves_nothing_by_http(layout: Layout) -> None:
    rendered(layout)

    assert values(layout, "aeap.conf", "vaxel")["url"] == "ws://127.0.0.1:19274/aeap"
    assert values(layout, "aeap.conf", "vaxel")["codecs"] == "!all,slin"
    assert values(layout, "http.conf", "general")["enabled"] == "no"


CONSULT = {"VAXEL_TO", "VAXEL_RING", "VAXEL_OPTIONS"}
"""Set by the controller, from its own files: whom an agent asks."""

ARGUMENTS = {f"ARG{number}" for number in range(1, 7)}
"""Of a subroutine: what the controller has given Dial."""

OURS = {
    *("VAXEL_PRESENCE", "VAXEL_RECORDING", "VAXEL_TAKEN", "VAXEL_TAPE", "VAXEL_TONE"),
    *("VAXEL_HANDOVER", "VAXEL_EAR", "VAXEL_SAY", "CHANNEL"),
    *("VAXEL_DIALLED", "VAXEL_ORG", "VAXEL_TRANSFERS", "SIPTRANSFER", "IF"),
    *CONSULT,
}
"""Variables that only the dialplan sets, on an agent's channel, or the controller: an agent's wish,
in names of queues and agents and a number's digits; or Asterisk: a phone has transferred them.
"""


def sections(layout: Layout, file: str, name: str) -> dict[str, dict[str, str]]:
    """All sections of that name, by their type."""
    config = Config(str(layout.asterisk_etc / file))
    found = [
        {item.name: item.value.strip() for item in category.items}
        for category in config.categories
        if category.name == name
    ]
    return {section["type"]: section for section in found}


def test_without_peers_nobody_knows_of_other_nodes(layout: Layout) -> None:
    rendered(layout)
    text = "".join(file.read_text() for file in layout.asterisk_etc.iterdir())
    assert "node-" not in text
    assert "[peers]" not in text
    assert values(layout, "asterisk.conf", "options")["systemname"] == "vaxel"


def test_the_nodes_of_a_house_know_each_other_by_name_and_secret(layout: Layout) -> None:
    secrets = rendered(layout, node="a", peers={"b": "10.0.0.2:5060", "c": "10.0.0.3:5060"})
    assert values(layout, "asterisk.conf", "options")["systemname"] == "a"
    here = sections(layout, "pjsip.conf", "node-a")
    assert here == {
        "auth": {
            "type": "auth",
            "auth_type": "digest",
            "username": "node-a",
            "password": secrets.peers,
        }
    }
    there = sections(layout, "pjsip.conf", "node-b")
    assert there["aor"]["contact"] == "sip:10.0.0.2:5060"
    assert (there["auth"]["username"], there["auth"]["password"]) == ("node-b", secrets.peers)
    endpoint = there["endpoint"]
    assert (endpoint["auth"], endpoint["outbound_auth"]) == ("node-b", "node-a")
    assert (endpoint["identify_by"], endpoint["from_user"]) == ("username", "node-a")
    assert endpoint["context"] == "peers"
    assert set(sections(layout, "pjsip.conf", "node-c")) == {"endpoint", "auth", "aor"}


def test_another_node_reaches_agents_phones_by_name_conversations_by_ticket_and_nothing_else(
    layout: Layout,
) -> None:
    rendered(layout, node="a", peers={"b": "10.0.0.2:5060"})
    text = (layout.asterisk_etc / "extensions.conf").read_text()
    ours = text.partition("[peers]\n")[2].partition("\n[")[0]
    phones = [line.split(",")[0] for line in ours.splitlines() if line.startswith("exten")]
    agents = [f"exten => {name}" for name in PHONES if name.startswith("agent")]
    assert phones == [*agents, "exten => _order-[0-9a-f].", "exten => _[+*#0-9]!"]
    assert ours.count("Goto(vaxel-supervision,ticket,1)") == 1
    assert ours.count("Dial(") == len(agents)
    assert "include" not in text
    assert "AGI" not in ours


def test_what_a_caller_sends_is_filtered_and_stands_nowhere_else(layout: Layout) -> None:
    rendered(layout)

    text = "\n".join(lines(layout, "extensions.conf"))
    for sent in ("CALLERID(num)", "CALLERID(name)"):
        text = text.replace(f"Set({sent}=${{FILTER(\\x20-\\x7e\\x80-\\xff,${{{sent}}})}})", "")
    for context in ("inbound", "vaxel-outgoing"):
        text = text.replace(f"Goto({context},${{FILTER(+0-9,${{EXTEN}})}},1)", "")
    for context in ("vaxel-referred", "vaxel-consult"):
        text = text.replace(f"{context},${{FILTER(+*0-9,${{EXTEN}})}},1", "")
    for name in ("CALLERID(dnid)", "VAXEL_DIALLED"):
        text = text.replace(f"Set({name}=${{EXTEN}})", "")  # of digits only by then
    used = {part.split("}")[0].split("(")[0] for part in text.split("${")[1:]}
    used.remove("CUT")  # of what we have dialled, an agent's phone
    assert used == {"VAXEL_DONE", "VAXEL_CAUSE", "DIALSTATUS", "STRFTIME", *ARGUMENTS, *OURS}


def test_a_template_with_an_unknown_name_is_refused_and_the_old_files_stay(
    layout: Layout, tmp_path: Path
) -> None:
    rendered(layout)
    before = (layout.asterisk_etc / "rtp.conf").read_text()
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "rtp.conf.j2").write_text("[general]\nrtpstart = {{ settings.rtp }}\n")

    with pytest.raises(ConfigurationInvalid, match=r"rtp\.conf\.j2 is faulty.*rtp"):
        rendered(layout, templates)
    assert (layout.asterisk_etc / "rtp.conf").read_text() == before


def test_a_file_that_asterisk_would_misread_is_refused_and_the_old_files_stay(
    layout: Layout, tmp_path: Path
) -> None:
    rendered(layout)
    templates = tmp_path / "templates"
    templates.mkdir()
    for template in TEMPLATES.glob("*.j2"):
        (templates / template.name).write_text(template.read_text())
    (templates / "asterisk.conf.j2").write_text("[directories](!)\nastetcdir => /etc/asterisk\n")

    with pytest.raises(ConfigurationInvalid, match=r"asterisk\.conf:1: Missing"):
        rendered(layout, templates)
    assert len(list(layout.asterisk_etc.iterdir())) == len(list(TEMPLATES.glob("*.j2")))


def test_supervisors_come_from_agents_phones_and_from_nowhere_else(layout: Layout) -> None:
    rendered(layout)
    context, leading = "", []
    for line in lines(layout, "extensions.conf"):
        if line.startswith("["):
            context = line.strip("[]")
        elif "vaxel-supervision" in line or "/supervision)" in line or "ChanSpy" in line:
            leading.append((context, line.split("=")[1].split(",")[0].strip("> ")))
    assert set(leading) <= {
        ("agents", "*20"),
        ("vaxel-tell", "same"),
        ("vaxel-tell", "n"),
        ("vaxel-supervision", "s"),
        ("vaxel-supervision", "ticket"),  # where only context peers leads
        ("vaxel-supervision", "same"),
        ("vaxel-supervision", "n"),
    }
    assert ("agents", "*20") in leading
    assert "include" not in {line.split()[0] for line in lines(layout, "extensions.conf")}
