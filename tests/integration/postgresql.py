"""A real PostgreSQL for the tests of this folder, private to the run, on a Unix socket alone."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg


class PostgreSql:
    """A server whose every :meth:`empty_database` is a new one."""

    def __init__(self, home: Path, bin_folder: Path) -> None:
        self._home = home
        self._bin = bin_folder
        # it refuses to run as root; Debian's package has made a user for it
        self._user = "postgres" if os.geteuid() == 0 else None
        self._made = 0

    @property
    def _name(self) -> str:
        return self._user or pwd.getpwuid(os.geteuid()).pw_name

    def set_up(self) -> None:
        """Make its files."""
        self._home.chmod(0o755)  # its clients may be other users
        if self._user is not None:
            shutil.chown(self._home, self._user)
        self._run("initdb", "--auth=trust", "--no-sync", "-D", str(self._home / "data"))

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-c listen_addresses='' -c unix_socket_directories='{self._home}' -c fsync=off"
        self._run(
            *("pg_ctl", "-D", str(self._home / "data"), "-o", options),
            *("-l", str(self._home / "log"), "--wait", "start"),
        )

    def stop(self) -> None:
        """Stop it as a crash would look to its clients."""
        self._run("pg_ctl", "-D", str(self._home / "data"), "--mode", "immediate", "stop")

    async def empty_database(self) -> str:
        """URL of a database with nothing in it."""
        self._made += 1
        name = f"vaxel{self._made}"
        async with self._connected("postgres") as connection:
            await connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql+asyncpg://{self._name}@/{name}?host={self._home}"

    async def count(self, database: str, table: str) -> int:
        """Rows of a table; 0 while there is no such table."""
        async with self._connected(database) as connection:
            try:
                return int(await connection.fetchval(f'SELECT count(*) FROM "{table}"'))  # noqa: S608 - a test's own words
            except asyncpg.UndefinedTableError:
                return 0

    @asynccontextmanager
    async def _connected(self, database: str) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(host=str(self._home), user=self._name, database=database)
        try:
            yield connection
        finally:
            await connection.close()

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._bin / program), *arguments],
            user=self._user,
            cwd=self._home,
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=60,
        )


@contextmanager
def postgresql() -> Iterator[PostgreSql]:
    """A running server."""
    newest = max(Path("/usr/lib/postgresql").iterdir(), key=lambda folder: int(folder.name))
    # a Unix socket's path may have no more than 107 bytes
    home = Path(tempfile.mkdtemp(prefix="vx-pg-", dir="/tmp"))
    server = PostgreSql(home, newest / "bin")
    try:
        server.set_up()
        server.start()
        yield server
        server.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)
