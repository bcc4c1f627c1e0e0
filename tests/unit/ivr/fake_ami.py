"""An AMI link in memory: what is asked for is written down, and events are said by the test."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import cast

from wire.ami.client import AmiClient
from wire.ami.errors import AmiActionFailed, AmiError
from wire.ami.frames import Frame


class FakeAmi:
    """Stands in for :class:`wire.ami.client.AmiClient`.

    Attributes:
        asked: Every action with its headers.
        limits: How long each may take, seconds.
        channels: Those that exist, by their id.
        variables: What stands on them, by channel and name.
        listed: The entries of whatever list is asked for.
        fault: What every action raises.
        on_action: Called after each action.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self.limits: list[float | None] = []
        self.channels: set[str] = set()
        self.variables: dict[tuple[str, str], str] = {}
        self.fault: AmiError | None = None
        self.on_action: Callable[[], None] = lambda: None
        self.listed: Sequence[Mapping[str, str]] = ()
        self._hooks: list[Callable[[], Awaitable[None]]] = []
        self._handlers: dict[str, list[Callable[[Frame], object]]] = {}

    def as_client(self) -> AmiClient:
        """Itself, to whom a client is wanted."""
        return cast(AmiClient, self)

    def subscribe(self, event: str, handler: Callable[[Frame], object]) -> None:
        self._handlers.setdefault(event, []).append(handler)

    async def action(
        self, name: str, fields: Mapping[str, str], *, limit: float | None = None
    ) -> Frame:
        self.asked.append((name, fields))
        self.limits.append(limit)
        if self.fault is not None:
            raise self.fault
        if name == "Getvar" and fields["Channel"] not in self.channels:
            raise AmiActionFailed(name, "No such channel")
        self.on_action()
        value = self.variables.get((fields.get("Channel", ""), fields.get("Variable", "")), "")
        return _frame("", {"Value": value})

    def on_connect(self, hook: Callable[[], Awaitable[None]]) -> None:
        self._hooks.append(hook)

    async def connect(self) -> None:
        """A login, and all that comes with it."""
        for hook in self._hooks:
            await hook()

    async def list(self, name: str) -> tuple[Frame, ...]:
        await self.action(name, {})
        return tuple(_frame(name, fields) for fields in self.listed)

    def tell(self, event: str, **fields: str) -> None:
        """An event arrives."""
        for handler in self._handlers[event]:
            handler(_frame(event, fields))

    async def tell_and_wait(self, event: str, **fields: str) -> None:
        """The same, for handlers that take their time."""
        for handler in self._handlers[event]:
            await cast(Awaitable[None], handler(_frame(event, fields)))


def _frame(event: str, fields: Mapping[str, str]) -> Frame:
    lines = {"Event": event, **fields}.items()
    return Frame(event, "\r\n".join(f"{name}: {value}" for name, value in lines))
