"""Whom agents may call of their own accord."""

from __future__ import annotations

import pytest

from ivr.agents.own_calls import CallRefusal, CallRefused, number_to_dial
from ivr.callbacks.offer import Outgoing
from ivr.flow.outgoing_calls import OutgoingCalls

pytestmark = pytest.mark.unit

OUTGOING = Outgoing("trunk", ("SE", "DK"), ("+46 8 465 004 00", "100"))
ALLOWED = OutgoingCalls.model_validate(
    {"allow": ["+46 70*", "+46 8*", "+44*", "+46 900*", "112", "+46 939 100 10 00", "100"]}
)


@pytest.mark.parametrize(
    ("dialled", "number"),
    [
        ("0701740605", "+46701740605"),
        ("+46701740605", "+46701740605"),
        ("0046701740605", "+46701740605"),
        ("08-465 004 99", "+46846500499"),
        ("112", "112"),  # listed whole
        ("0939100 10 00", "+469391001000"),  # a premium service, listed whole
    ],
)
def test_a_number_that_is_listed_is_called_however_it_is_keyed(dialled: str, number: str) -> None:
    assert number_to_dial(dialled, ALLOWED, OUTGOING) == number


@pytest.mark.parametrize(
    "dialled",
    [
        "0317001000",  # listed by nothing
        "+442079460018",  # listed, but no country that is called
        "09001234567",  # listed by its beginning, and a premium service
        "114",
        "0846500400",  # the organisation's own
        "100",
        "070174",  # no number of that length
        "+",
        "",
    ],
)
def test_any_other_number_is_refused(dialled: str) -> None:
    with pytest.raises(CallRefused, match=r"organisation\.yaml") as refused:
        number_to_dial(dialled, ALLOWED, OUTGOING)
    assert refused.value.reason is CallRefusal.NOT_ALLOWED


@pytest.mark.parametrize(
    ("allowed", "outgoing"), [(None, OUTGOING), (ALLOWED, Outgoing("", ("SE",), ()))]
)
def test_nobody_is_called_where_nothing_is_configured(
    allowed: OutgoingCalls | None, outgoing: Outgoing
) -> None:
    with pytest.raises(CallRefused, match=r"outgoing\.endpoint") as refused:
        number_to_dial("0701740605", allowed, outgoing)
    assert refused.value.reason is CallRefusal.OFF
