"""What the API refuses, one class a rule: a stable code, a sentence, advice, the HTTP status."""

from __future__ import annotations

from http import HTTPStatus
from typing import ClassVar, Final

from acd.errors import AcdError, AcdUnavailable, CallbackUnknown, ContactUnknown
from store.errors import DatabaseAway
from store.stream import StreamUnavailable

_NOT_FOUND: Final = (CallbackUnknown, ContactUnknown)


class ApiError(Exception):
    """Base of all.

    Attributes:
        code: Stable; never rename one.
        status: HTTP status.
        advice: What the caller can do, ``""`` where the message says it all.
    """

    code: ClassVar[str] = "api"
    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


class TokenRefused(ApiError):
    """No token that works. Whether its name, its secret or its time is wrong is not told."""

    code = "api.token_refused"
    status = HTTPStatus.UNAUTHORIZED

    def __init__(self) -> None:
        super().__init__(
            "This request has no token that works.",
            "Send `Authorization: Bearer` with a token of `vaxel tokens make`.",
        )


class RoleTooLow(ApiError):
    """The token's role may not do this."""

    code = "api.role_too_low"
    status = HTTPStatus.FORBIDDEN

    def __init__(self, role: str, needed: str) -> None:
        super().__init__(
            f"A token of the role {role} may not do this.", f"Use one of the role {needed}."
        )


class NothingThere(ApiError):
    """No such page, or one that this token may not know of: the two are not told apart."""

    code = "api.not_found"
    status = HTTPStatus.NOT_FOUND

    def __init__(self, what: str = "page", name: str = "") -> None:
        known = f"{what} {name[:80]!r}" if name else what
        super().__init__(f"There is no {known} here.", "See /api/v1/openapi.json.")


class MethodWrong(ApiError):
    """The page exists, but not for this method."""

    code = "api.method_not_allowed"
    status = HTTPStatus.METHOD_NOT_ALLOWED

    def __init__(self, allowed: str) -> None:
        super().__init__(f"This page answers {allowed} only.")
        self.allowed = allowed


class BodyTooLarge(ApiError):
    """More was sent than any request needs."""

    code = "api.body_too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE

    def __init__(self, limit: int) -> None:
        super().__init__(f"The request is longer than {limit} bytes.")


class RequestSlow(ApiError):
    """The body of the request does not come."""

    code = "api.request_slow"
    status = HTTPStatus.REQUEST_TIMEOUT

    def __init__(self) -> None:
        super().__init__("The rest of the request did not come in time.")


class BodyBroken(ApiError):
    """The body of the request is not encoded as its headers say, or ends too early."""

    code = "api.body_broken"
    status = HTTPStatus.BAD_REQUEST

    def __init__(self) -> None:
        super().__init__("The request's body cannot be read: it is not what its headers say.")


class NotJson(ApiError):
    """The request's body is said to be something else."""

    code = "api.not_json"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE

    def __init__(self) -> None:
        super().__init__("The request is not `application/json`.", "Send an object in JSON.")


class RecordingDiffers(ApiError):
    """What is recorded, and was said of it to the caller, is another thing in the other queue."""

    code = "api.recording_differs"
    status = HTTPStatus.CONFLICT

    def __init__(self, origin: str, queue: str) -> None:
        super().__init__(
            f"Conversations of {queue} are not recorded by the same rule as those of {origin}.",
            "Take a queue whose `recording` has the same `when`.",
        )


class SupervisionDiffers(ApiError):
    """In one of the queues nobody may come into conversations; its callers rely on that."""

    code = "api.supervision_differs"
    status = HTTPStatus.CONFLICT

    def __init__(self, origin: str, queue: str) -> None:
        super().__init__(
            f"Supervisors may come into conversations of only one of {origin} and {queue}.",
            "Take a queue whose `supervision` has the same `when`.",
        )


class NotTalking(ApiError):
    """The agent is in no conversation."""

    code = "api.not_talking"
    status = HTTPStatus.CONFLICT

    def __init__(self, agent: str) -> None:
        super().__init__(f"The agent {agent[:80]!r} talks to nobody at this moment.")


class PrivateQueue(ApiError):
    """Nobody may come into the conversations of the queue."""

    code = "api.private_queue"
    status = HTTPStatus.FORBIDDEN

    def __init__(self, queue: str) -> None:
        super().__init__(
            f"Nobody else may be present in a conversation of {queue}.",
            "Its `supervision` in organisation.yaml says so.",
        )


class PhoneTaken(ApiError):
    """An agent of another organisation is logged in at the phone."""

    code = "api.phone_taken"
    status = HTTPStatus.CONFLICT

    def __init__(self, phone: str) -> None:
        super().__init__(
            f"An agent of another organisation is at {phone}.", "Name the phone where you are."
        )


class PhoneTalks(ApiError):
    """The phone is the one at which the conversation goes on: its agent would hear themselves."""

    code = "api.phone_talks"
    status = HTTPStatus.CONFLICT

    def __init__(self, phone: str) -> None:
        super().__init__(
            f"The conversation itself goes on at {phone}.", "Name the phone where you are."
        )


class PhoneUnreachable(ApiError):
    """The phone is registered at another node, or nowhere."""

    code = "api.phone_unreachable"
    status = HTTPStatus.CONFLICT

    def __init__(self, phone: str) -> None:
        super().__init__(
            f"{phone} is not registered at this node.",
            "Register it, or ask the API of the node where it is registered.",
        )


class AsteriskAway(ApiError):
    """No phone can be rung."""

    code = "api.asterisk_away"
    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self) -> None:
        super().__init__("Asterisk cannot be asked now.", "Try again in a moment.")


class RequestInvalid(ApiError):
    """A value of the request is not what it must be."""

    code = "api.request_invalid"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class NoWebSocket(ApiError):
    """The page is for WebSockets, and this request is none."""

    code = "api.no_websocket"
    status = HTTPStatus.BAD_REQUEST

    def __init__(self) -> None:
        super().__init__("Events are followed by WebSocket.", "Connect to this page by ws://.")


class ProtocolUnknown(ApiError):
    """The WebSocket's protocols are offered, and ours is not among them."""

    code = "api.protocol_unknown"
    status = HTTPStatus.BAD_REQUEST

    def __init__(self, spoken: str) -> None:
        super().__init__(
            "None of the WebSocket protocols that are offered is spoken here.",
            f"Offer {spoken}, beside the token where that is offered too.",
        )


class TooManyListeners(ApiError):
    """The token follows events as often as it may at a time."""

    code = "api.too_many_listeners"
    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"This token follows events {limit} times at this moment already.",
            "Close a connection first.",
        )


class FeedFull(ApiError):
    """So many follow events at this controller that one more would take Redis from the calls."""

    code = "api.feed_full"
    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"{limit} connections follow events at this controller already; it serves no more.",
            "Close those that nobody needs, or ask another controller.",
        )


class Broken(ApiError):
    """A mistake of ours; the log has it."""

    code = "api.broken"
    status = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self) -> None:
        super().__init__(
            "The request failed for a fault of Växel's.", "The controller's log says why."
        )


def told(
    error: ApiError | AcdError | StreamUnavailable | DatabaseAway,
) -> tuple[HTTPStatus, dict[str, str]]:
    """An error as HTTP has it: the status, and the one shape of all errors."""
    body = {"code": error.code, "message": str(error)}
    if isinstance(error, ApiError):
        return error.status, body | ({"advice": error.advice} if error.advice else {})
    if isinstance(error, AcdUnavailable | StreamUnavailable | DatabaseAway):
        return HTTPStatus.SERVICE_UNAVAILABLE, body
    if isinstance(error, _NOT_FOUND):
        return HTTPStatus.NOT_FOUND, body
    return HTTPStatus.CONFLICT, body
