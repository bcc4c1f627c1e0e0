"""Messages of AEAP, Asterisk's protocol for external applications: one JSON object a frame."""

from __future__ import annotations

import json
from typing import Any

from media.speech.errors import ProtocolFault


def parsed(data: str) -> dict[str, Any]:
    """A message, which is a request or a response and has an id.

    Raises:
        ProtocolFault: It is none.
    """
    try:
        message = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ProtocolFault("A message is no JSON.") from error
    if not isinstance(message, dict):
        raise ProtocolFault("A message is no JSON object.")
    kind = message.get("request", message.get("response"))
    if not isinstance(kind, str) or not isinstance(message.get("id"), str):
        raise ProtocolFault("A message has no id, or is neither a request nor a response.")
    return message


def params_of(message: dict[str, Any], shape: type) -> Any:
    """The parameters of a request.

    Raises:
        ProtocolFault: They have not this shape.
    """
    params = message.get("params")
    if not isinstance(params, shape):
        raise ProtocolFault(f"The params of {message['request']!r} are missing or misshapen.")
    return params


def framed(message: dict[str, Any]) -> str:
    """A message as it is sent."""
    return json.dumps(message, ensure_ascii=False)
