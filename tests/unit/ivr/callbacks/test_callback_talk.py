"""The talk with a waiting caller who would rather be called back, on a call in memory."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ivr.callbacks.offer import CallbackTalk, Outgoing, Speaker, Wish, rules_of
from ivr.callbacks.times import day_text, next_times
from ivr.flow.call import CallerHungUp
from ivr.flow.callback import CallbackOffer
from ivr.flow.hours import Span
from ivr.flow.load import load_organisation
from ivr.flow.memory import MemoryCall, Script
from ivr.flow.queues import Queue

pytestmark = pytest.mark.unit

DEMO = load_organisation(Path(__file__).parents[4] / "dialplans" / "demo")
OUTGOING = Outgoing("trunk", ("SE", "DK"), ("+46 8 465 004 00", "100"))
NOON = datetime(2026, 11, 23, 11, 20, tzinfo=UTC)  # a Monday, 12:20 in Stockholm
CALLER = "+46701740605"
ANY_TIME = CallbackOffer()
CHOSEN = CallbackOffer(hours="office", slots=3)
ALWAYS = DEMO.hours["office"].model_copy(
    update={"weekly": {"mon-sun": (Span(0, 24 * 60),)}, "exceptions": {}, "holidays": None}
)


async def talk(
    keys: str,
    *,
    caller: str = CALLER,
    offer: CallbackOffer = ANY_TIME,
    language: str = "sv",
    called: Collection[str] = (),
) -> tuple[Wish | None, list[str]]:
    """What comes of a talk, and all that was said in it; ``called`` will be called already."""

    async def taken(number: str) -> bool:
        return number in called

    call = MemoryCall(Script.parse(keys), dialled="100", began=NOON)
    texts = DEMO.texts.callback
    assert texts is not None
    it = CallbackTalk(
        Speaker(call, DEMO, language),
        texts=texts,
        offer=offer,
        organisation=DEMO,
        outgoing=OUTGOING,
        taken=taken,
        now=call.now,
    )
    wish = await it.wish(caller)
    if wish is not None:
        await it.promise(wish)
    return wish, [said.text for said in call.heard]


async def test_the_callers_own_number_is_read_digit_by_digit_and_confirmed() -> None:
    wish, said = await talk("1")
    assert wish == Wish(CALLER, None)
    assert said == [
        "Vi ringer dig på",
        *"0701740605",
        "Stämmer numret, tryck 1. För ett annat nummer, tryck 2.",
        "Tack. Vi ringer dig när det är din tur. Hej då.",
    ]


async def test_another_number_is_keyed_read_back_and_confirmed() -> None:
    wish, said = await talk("2,004570123456#,1", language="da")
    assert wish == Wish("+4570123456", None)
    assert "".join(digit for digit in said if digit.isdigit()) == "0701740605" + "004570123456"


@pytest.mark.parametrize(
    ("keyed", "reason"),
    [
        ("112#", "Det är inget giltigt telefonnummer."),
        ("*#", "Det är inget giltigt telefonnummer."),
        ("00442071838750#", "Till det landet kan vi tyvärr inte ringa."),
        ("0900123456#", "Vi kan inte ringa till betalnummer och andra särskilda nummer."),
        ("084650 0400#".replace(" ", ""), "Det är vårt eget nummer."),
        ("100#", "Det är vårt eget nummer."),
    ],
)
async def test_a_number_that_must_not_be_called_is_refused_and_asked_for_again(
    keyed: str, reason: str
) -> None:
    wish, said = await talk(f"2,{keyed},0701234567#,1")
    assert wish == Wish("+46701234567", None)
    assert reason in said


async def test_after_three_tries_the_caller_waits_on() -> None:
    wish, said = await talk("2,112#,112#")
    assert wish is None
    assert said[-1] == "Du står kvar på din plats i kön."


async def test_silence_is_asked_again_and_then_the_caller_waits_on() -> None:
    wish, said = await talk(",,,")
    assert wish is None
    assert said.count("Vi ringer dig på") == 3


async def test_a_withheld_number_is_said_and_another_asked_for() -> None:
    wish, said = await talk("0701234567#,1", caller="anonymous")
    assert wish == Wish("+46701234567", None)
    assert said[:2] == [
        "Vi kan inte se ditt nummer.",
        "Ange numret som vi ska ringa och avsluta med fyrkant.",
    ]


@pytest.mark.parametrize("caller", ["100", "+442071838750", "0900123456"])
async def test_a_caller_id_that_must_not_be_called_is_never_suggested(caller: str) -> None:
    _, said = await talk("0701234567#,1", caller=caller)
    assert said[0] == "Ange numret som vi ska ringa och avsluta med fyrkant."


async def test_who_shares_a_number_that_will_be_called_keys_another() -> None:
    wish, said = await talk("0701234567#,1", called=[CALLER])
    assert wish == Wish("+46701234567", None)
    assert said[:2] == [
        "Det numret står redan på tur att bli uppringt.",
        "Ange numret som vi ska ringa och avsluta med fyrkant.",
    ]


async def test_a_keyed_number_that_will_be_called_is_asked_for_again() -> None:
    wish, said = await talk("2,0701234567#,0701234568#,1", called=["+46701234567"])
    assert wish == Wish("+46701234568", None)
    assert "Det numret står redan på tur att bli uppringt." in said


async def test_a_time_can_be_chosen_from_the_next_full_hours_that_are_open() -> None:
    wish, said = await talk("1,3", offer=CHOSEN)
    assert wish is not None
    assert wish.time is not None
    assert wish.time.astimezone(UTC) == datetime(2026, 11, 23, 13, tzinfo=UTC)
    assert "Tryck 2 för i dag klockan 13." in said
    assert "Tryck 4 för i dag klockan 15." in said
    assert said[-1] == "Tack. Vi ringer dig i dag klockan 14. Hej då."


@pytest.mark.parametrize("key", ["1", "", "9", "#"])
async def test_who_chooses_no_time_is_called_when_it_is_their_turn(key: str) -> None:
    wish, _ = await talk(f"1,{key}", offer=CHOSEN)
    assert wish == Wish(CALLER, None)


async def test_a_caller_who_hangs_up_has_wished_nothing() -> None:
    with pytest.raises(CallerHungUp):
        await talk("h")


def test_closed_hours_and_holidays_are_passed_over() -> None:
    office = DEMO.hours["office"]
    eve = datetime(2026, 12, 23, 14, 59, tzinfo=UTC)  # 15:59 in Stockholm
    times = next_times(office, DEMO.time_zone, eve, 3)
    assert [f"{time:%d %H}" for time in times] == ["23 16", "28 08", "28 09"]


def test_full_hours_are_those_of_the_clock_on_the_wall() -> None:
    half_an_hour_off = next_times(ALWAYS, ZoneInfo("Asia/Kolkata"), NOON, 2)
    assert [f"{time:%H:%M}" for time in half_an_hour_off] == ["17:00", "18:00"]


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), ["03", "04"]),  # 01:30, and 02:00 is left out
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), ["02", "03"]),  # 02:30, and 02:00 comes again
    ],
)
def test_when_the_clocks_change_no_time_is_offered_that_is_not_there(
    now: datetime, hours: list[str]
) -> None:
    times = next_times(ALWAYS, DEMO.time_zone, now, 2)
    assert [f"{time:%H}" for time in times] == hours
    assert [(time - now).total_seconds() for time in times] == [1800, 5400]


def test_the_first_hour_after_midnight_is_tomorrows() -> None:
    texts = DEMO.texts.callback
    assert texts is not None
    late = datetime(2026, 11, 23, 22, 59, tzinfo=UTC)  # 23:59 in Stockholm
    midnight = datetime(2026, 11, 24, tzinfo=DEMO.time_zone)
    assert day_text(texts.days, midnight, late) == texts.days.tomorrow
    assert day_text(texts.days, midnight, late + timedelta(minutes=1)) == texts.days.today
    assert day_text(texts.days, midnight + timedelta(days=6), late) == texts.days.mon


def test_hours_that_never_open_offer_no_time() -> None:
    never = DEMO.hours["office"].model_copy(update={"weekly": {"mon": ()}, "exceptions": {}})
    assert next_times(never, DEMO.time_zone, NOON, 3) == ()


def test_a_queue_that_says_nothing_has_the_usual_rules() -> None:
    usual = rules_of(Queue())
    assert (usual.tries, usual.every_ms, usual.ring_ms) == (3, 300_000, 25_000)
