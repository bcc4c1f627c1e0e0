"""A whole platform of the tests' own: started by ``vaxel up``, on free ports, in a short folder.

It serves short times (:mod:`tests.e2e.rig.trees`), so that a test waits for nothing that a person
would have to wait for.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import psutil
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample
from redis.asyncio import Redis

from ivr.platform.asterisk import AsteriskProgram
from ivr.platform.parts import CONTROLLER, SPARE, STOP_ORDER
from ivr.platform.paths import Layout
from ivr.platform.processes import ProcessRecord
from ivr.platform.secrets import Secrets
from ivr.platform.succession import spare_waits
from ivr.settings import (
    CHECKOUT,
    AgiSettings,
    AsteriskSettings,
    HttpSettings,
    PrometheusSettings,
    Settings,
    SmsSettings,
    SpeechSettings,
)
from store.stream import connect
from tests.e2e.rig.environment import environment_of
from tests.e2e.rig.eventually import eventually
from tests.e2e.rig.ports import free_port, free_range
from tests.e2e.rig.seats import write_seats
from tests.e2e.rig.trees import quick_trees

ORG = "demo"
LEGS = 1000
NODES = ("a", "b")
"""What two Asterisks of one house are called."""

UP_SECONDS = 120
DOWN_SECONDS = 45


class Platform:
    """One running platform.

    Args:
        trees: Writes the call trees to a folder, and returns that folder.
        prometheus: Whether it has a Prometheus of its own.
        seats: So many agents' phones beside the usual three, see :mod:`tests.e2e.rig.seats`.
        one_of_two: Whether it is a node that knows of another one, which may never be started.
        first: The one that is there already. Its Redis, database and call trees are this one's too.

    Attributes:
        settings: What it was started with.
        layout: Where its files are.
        server: ``host:port`` of its SIP.
        peer_port: Of the house's other node, which may not be there.
        secrets: Its passwords and PINs.
        redis: A client of its Redis.
    """

    def __init__(
        self,
        trees: Callable[[Path], Path] | None = None,
        *,
        prometheus: bool = False,
        seats: int = 0,
        one_of_two: bool = False,
        first: Platform | None = None,
    ) -> None:
        # a Unix socket's path may have no more than 107 bytes
        home = Path(tempfile.mkdtemp(prefix="vx-", dir="/tmp"))
        self._home = home
        self._first = first
        sip_port = first.peer_port if first else free_port(socket.SOCK_DGRAM)
        self.peer_port: int = (
            first.settings.asterisk.sip_port if first else free_port(socket.SOCK_DGRAM)
        )
        node, peer = reversed(NODES) if first else NODES
        house = AsteriskSettings(node=node, peers={peer: f"127.0.0.1:{self.peer_port}"})
        alone = AsteriskSettings()
        rtp = free_range(LEGS)
        self.settings: Settings = Settings(
            state=home / "s",
            trees=first.settings.trees if first else (trees or quick_trees)(home / "trees"),
            redis_url=f"unix://{first.layout.redis_socket}" if first else "",
            database_url=f"sqlite+aiosqlite:///{first.layout.database}" if first else "",
            asterisk=(house if one_of_two or first else alone).model_copy(
                update={
                    "sip_port": sip_port,
                    "ami_port": free_port(),
                    "rtp_start": rtp,
                    "rtp_end": rtp + LEGS - 1,
                    "trunks": write_seats(home / "seats.conf", seats) if seats else None,
                }
            ),
            agi=AgiSettings(port=free_port(), drain_seconds=20),
            http=HttpSettings(port=free_port()),
            speech=SpeechSettings(port=free_port()),
            sms=SmsSettings(file=home / "texts.jsonl"),
            prometheus=PrometheusSettings(enabled=prometheus, port=free_port()),
        )
        self.layout: Layout = Layout(self.settings.state)
        self.server = f"{self.settings.asterisk.sip_host}:{self.settings.asterisk.sip_port}"
        self.redis: Redis = connect(self.settings.redis_url or f"unix://{self.layout.redis_socket}")
        self._up: subprocess.Popen[bytes] | None = None
        self._http: aiohttp.ClientSession | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What a ``vaxel`` command needs to speak to this platform."""
        return environment_of(self.settings)

    def share_prompts(self) -> None:
        """Keep what is spoken where the next platform finds it: to speak it all takes long."""
        shared = Path(tempfile.gettempdir()) / f"vx-prompts-{os.getuid()}"
        shared.mkdir(mode=0o700, exist_ok=True)
        self.layout.state.mkdir(mode=0o700, exist_ok=True)
        if not self.layout.prompts.exists():
            self.layout.prompts.symlink_to(shared)

    def share_house(self, first: Platform) -> None:
        """Have the secrets, keys and finished recordings of the node that was there first."""
        self.layout.recordings.mkdir(parents=True)
        for name in (first.layout.secrets, first.layout.recording_keys):
            shutil.copy(name, self.layout.state)
        (first.layout.recordings / ORG).mkdir(exist_ok=True)
        (self.layout.recordings / ORG).symlink_to(first.layout.recordings / ORG)

    @property
    def secrets(self) -> Secrets:
        """Passwords and PINs that the platform made."""
        return Secrets.load_or_create(self.layout.secrets, agents=())

    def command(self, *arguments: str) -> list[str]:
        """A ``vaxel`` command line of this checkout."""
        return [str(Path(sys.executable).with_name("vaxel")), *arguments]

    async def vaxel(self, *arguments: str) -> tuple[int, str]:
        """Run a ``vaxel`` command: its exit code, and all that it says."""
        process = await asyncio.create_subprocess_exec(
            *self.command(*arguments),
            cwd=CHECKOUT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        told, _ = await process.communicate()
        return process.returncode or 0, told.decode()

    async def start(self) -> None:
        """Start everything and wait until calls are taken.

        Raises:
            AssertionError: It does not come up; the message is what ``vaxel up`` said.
        """
        self.share_prompts()
        if self._first:
            self.share_house(self._first)
        self._up = self._spawn()
        self._http = aiohttp.ClientSession(f"http://127.0.0.1:{self.settings.http.port}")
        await self.until_ready()
        # the controller is ready a moment before its supervisor knows; killed then, it is not
        # started again
        await eventually(self._is_shown, why="vaxel up shows its screen")
        # loading it takes what the first call would need
        await self.until_spare_waits()

    async def until_spare_waits(self) -> None:
        """Wait until a second controller has loaded everything."""
        await eventually(lambda: spare_waits(self.layout), seconds=60, why="a spare waits")

    async def until_ready(self) -> None:
        """Wait until calls are taken and what happened before is counted."""
        try:
            await eventually(self._is_ready, seconds=UP_SECONDS)
        except AssertionError:
            said = (self._home / "up.txt").read_text(errors="replace")
            raise AssertionError(f"the platform did not come up:\n{said}") from None

    async def stop(self) -> None:
        """Stop it as a person does, and see that nothing stays behind.

        Raises:
            AssertionError: A process outlived ``vaxel up``; it has been killed.
        """
        await self.redis.aclose()
        if self._http:
            await self._http.close()
        if self._up is None:
            return
        ours = self._processes()
        if self._up.poll() is None:
            self._up.send_signal(signal.SIGINT)
        try:
            await asyncio.to_thread(self._up.wait, DOWN_SECONDS)
        except subprocess.TimeoutExpired:
            self._up.kill()
        _, left = psutil.wait_procs(ours, timeout=1)
        for process in left:
            process.kill()
        assert not left, f"still running after vaxel up had ended: {left}"

    def remove(self) -> None:
        """Remove all of its files."""
        shutil.rmtree(self._home, ignore_errors=True)

    def keep_evidence(self, folder: Path) -> None:
        """Copy logs and recordings to ``folder``."""
        shutil.copy(self._home / "up.txt", folder / "up.txt")
        for part in (self.layout.log, self.layout.asterisk_log, self.layout.recordings):
            if part.is_dir():
                shutil.copytree(
                    part, folder / part.relative_to(self.layout.state), dirs_exist_ok=True
                )

    def controller(self) -> psutil.Process:
        """The process that serves the calls."""
        return self.part(CONTROLLER)

    def part(self, name: str) -> psutil.Process:
        """The process of one part, by its name in ``STOP_ORDER``."""
        record = ProcessRecord.read(self.layout.record(name))
        assert record is not None, f"{name} was never started"
        return psutil.Process(record.pid)

    @asynccontextmanager
    async def without_controller(self) -> AsyncIterator[None]:
        """Kill the controller and its spare, and see to it that none comes back before the end."""
        try:
            async with self.without(CONTROLLER):
                yield
        finally:
            await self.until_ready()

    @asynccontextmanager
    async def without(self, name: str) -> AsyncIterator[None]:
        """Kill a part (SIGKILL) and see to it that it is started again only afterwards."""
        assert self._up is not None
        watcher = psutil.Process(self._up.pid)
        watcher.send_signal(signal.SIGSTOP)  # it shall not see it yet
        try:
            await eventually(lambda: watcher.status() == psutil.STATUS_STOPPED)
            if name == CONTROLLER:
                await self._kill(SPARE)  # first, or it would serve
            await self._kill(name)
            yield
        finally:
            self._up.send_signal(signal.SIGCONT)

    @asynccontextmanager
    async def without_manager(self) -> AsyncIterator[None]:
        """Cut the controller's link to Asterisk's Manager, and let it in again afterwards.

        Seen on Asterisk 22.10: a Manager that is switched off and on never answers for a call.
        """
        file = self.layout.asterisk_conf.parent / "manager.conf"
        text = file.read_text()

        async def is_linked() -> bool:
            return await self.metric("vaxel_ami_connected") == 1

        async def is_cut() -> bool:
            return not await is_linked()

        try:
            file.write_text(text.replace("[vaxel]", "[somebody]"))
            await self.asterisk("manager reload")
            for line in (await self.asterisk("manager show connected")).splitlines():
                if line.split()[:1] == ["vaxel"]:
                    await self.asterisk(f"manager kick session {line.split()[4]}")  # by its file
            await eventually(is_cut, why="the link is cut")
            yield
        finally:
            file.write_text(text)
            await self.asterisk("manager reload")
            await eventually(is_linked, seconds=60, why="the link is made again")

    async def _kill(self, name: str) -> None:
        """Kill a part, if it runs, while nobody starts it again."""
        record = ProcessRecord.read(self.layout.record(name))
        if record is not None and record.alive():
            part = psutil.Process(record.pid)
            part.kill()
            await eventually(lambda: part.status() == psutil.STATUS_ZOMBIE)

    async def asterisk(self, command: str) -> str:
        """What Asterisk's command line answers."""
        program = AsteriskProgram.find(self.settings.cache)
        process = await asyncio.create_subprocess_exec(
            *program.command,
            *("-C", str(self.layout.asterisk_conf), "-rx", command),
            stdout=subprocess.PIPE,
        )
        out, _ = await process.communicate()
        return out.decode(errors="replace")

    async def channels(self) -> int:
        """Channels that Asterisk has now."""
        return int((await self.asterisk("core show channels count")).split()[0])

    async def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric's samples that carry ``labels``."""
        samples = await self._samples(name)
        return sum(s.value for s in samples if labels.items() <= s.labels.items())

    async def buckets(self, name: str) -> list[float]:
        """A histogram's counts up to each of its bounds, in their order; it has no labels."""
        return [sample.value for sample in await self._samples(f"{name}_bucket")]

    def rows(self, query: str, *parameters: str) -> list[dict[str, Any]]:
        """Rows of the SQL store."""
        with sqlite3.connect(f"file:{self.layout.database}?mode=ro", uri=True) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(query, parameters)]

    async def contacts_in_redis(self) -> int:
        """Contacts that the ACD holds."""
        return int(await self.redis.hlen(f"vaxel:{{{ORG}}}:contacts"))

    async def _samples(self, name: str) -> list[Sample]:
        assert self._http is not None
        async with self._http.get("/metrics") as answer:
            text = await answer.text()
        assert answer.status == 200, text
        # the others would take their time to be read
        ours = "\n".join(line for line in text.splitlines() if line.startswith(name))
        families = text_string_to_metric_families(ours)
        return [s for family in families for s in family.samples if s.name == name]

    def _is_shown(self) -> bool:
        return "Växel is ready" in (self._home / "up.txt").read_text(errors="replace")

    async def _is_ready(self) -> bool:
        assert self._http is not None
        assert self._up is not None
        if self._up.poll() is not None:
            raise AssertionError(f"vaxel up ended with code {self._up.returncode}")
        try:
            async with self._http.get("/readyz") as ready, self._http.get("/metrics") as counted:
                return ready.status == counted.status == 200
        except aiohttp.ClientError:
            return False

    def _spawn(self) -> subprocess.Popen[bytes]:
        with (self._home / "up.txt").open("wb") as said:
            return subprocess.Popen(
                self.command("up"),
                cwd=CHECKOUT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _processes(self) -> list[psutil.Process]:
        """All that belongs to it, also what a ``vaxel up`` that died has left behind."""
        assert self._up is not None
        records = [ProcessRecord.read(self.layout.record(name)) for name in STOP_ORDER]
        alive = {record.pid for record in records if record is not None and record.alive()}
        if self._up.poll() is None:
            alive.add(self._up.pid)
        found = []
        for pid in alive:
            with suppress(psutil.NoSuchProcess):
                found.append(psutil.Process(pid))
        return found
