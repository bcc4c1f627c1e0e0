"""Each kind of answer by examples whose rightness is known elsewhere, and against its own rule."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.flow.answers import COUNTED, FIXED
from ivr.flow.answers.case_number import CaseNumber
from ivr.flow.answers.kind import Circumstances
from ivr.flow.answers.phone import regions_of

pytestmark = pytest.mark.unit

TODAY = date(2026, 11, 23)
HERE = Circumstances(TODAY)
KEYS = st.text("0123456789*#", min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("keys", "day"),
    [
        ("24122026", "2026-12-24"),
        ("20261224", "2026-12-24"),
        ("29022024", "2024-02-29"),
        ("29022025", None),
        ("20250229", None),
        ("20112011", "2011-11-20"),
        ("20101120", "2010-11-20"),
        ("19101910", "1910-10-19"),
        ("01012200", None),
        ("31121799", None),
        ("00000000", None),
        ("2412202", None),
        ("241220266", None),
        ("2412*026", None),
    ],
)
def test_dates_are_taken_day_first_and_year_first(keys: str, day: str | None) -> None:
    assert FIXED["date"].answer(keys, HERE) == day


@given(st.dates(date(1800, 1, 1), date(2199, 12, 31)))
def test_every_day_is_itself_in_both_forms(day: date) -> None:
    for form in ("%d%m%Y", "%Y%m%d"):
        assert FIXED["date"].answer(day.strftime(form), HERE) == day.isoformat()


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        ("8112289874", "198112289874"),  # Skatteverket's example
        ("6709199530", "196709199530"),
        ("198112289874", "198112289874"),
        ("208112289874", None),  # is to come
        ("8112289873", None),
        ("7010632391", "197010632391"),  # a coordination number
        ("197010632391", "197010632391"),
        ("7010002391", None),
        ("8113289871", None),
        ("811228987", None),
        ("81122898745", None),
        ("8112*89874", None),
        ("0000000000", None),
    ],
)
def test_a_personnummer_has_a_day_that_was_and_a_right_check_digit(
    keys: str, number: str | None
) -> None:
    assert FIXED["personnummer"].answer(keys, HERE) == number


def luhn(nine: str) -> str:
    doubled = "".join(str(int(digit) * (2 - index % 2)) for index, digit in enumerate(nine))
    return str(-sum(map(int, doubled)) % 10)


@given(
    st.dates(TODAY - timedelta(days=36_000), TODAY),
    st.integers(0, 999),
    st.booleans(),
    st.integers(1, 9),
)
def test_every_person_is_found_by_ten_digits_and_by_twelve_and_none_with_a_wrong_one(
    born: date, serial: int, coordinated: bool, slip: int
) -> None:
    of_month = born.day + 60 * coordinated
    nine = f"{born:%y%m}{of_month:02}{serial:03}"
    ten = nine + luhn(nine)
    whole = f"{born:%Y}"[:2] + ten
    kind = FIXED["personnummer"]
    assert kind.answer(ten, HERE) == kind.answer(whole, HERE) == whole
    wrong = ten[:-1] + str((int(ten[-1]) + slip) % 10)
    assert kind.answer(wrong, HERE) is None


def test_ten_digits_of_tomorrow_are_a_person_of_a_hundred_years() -> None:
    nine = "261124001"
    ten = nine + luhn(nine)
    assert FIXED["personnummer"].answer(ten, HERE) == "19" + ten
    tomorrow = Circumstances(TODAY + timedelta(days=1))
    assert FIXED["personnummer"].answer(ten, tomorrow) == "20" + ten


@pytest.mark.parametrize(
    ("keys", "right"),
    [
        ("2110625629", True),
        ("2110625628", False),
        ("0707614285", True),  # the example of cpr.dk's own description
        ("0707614286", False),
        ("0101801234", True),  # a first of January: no check digit is promised
        ("0101651234", True),
        ("0101001234", True),
        ("3009074123", False),  # the last day whose numbers all have one
        ("0110074123", True),
        ("0110234123", True),
        ("2411264123", False),  # is to come
        ("3002801234", False),
        ("7110625629", False),  # a hospital's own
        ("211062562", False),
        ("21106256299", False),
        ("21106256*9", False),
    ],
)
def test_a_cpr_number_needs_its_check_digit_only_where_all_have_one(keys: str, right: bool) -> None:
    assert FIXED["cpr"].answer(keys, HERE) == (keys if right else None)


@pytest.mark.parametrize(
    ("seventh", "year", "century"),
    [(0, 99, 19), (3, 0, 19), (4, 36, 20), (4, 37, 19), (5, 57, 20), (8, 58, 18), (9, 36, 20)],
)
def test_the_seventh_digit_tells_the_century(seventh: int, year: int, century: int) -> None:
    """By the day before and the day itself: only what has been is somebody's birth."""
    born = date(century * 100 + year, 1, 1)
    keys = f"{born:%d%m}{year:02}{seventh}000"
    assert FIXED["cpr"].answer(keys, Circumstances(born)) == keys
    assert FIXED["cpr"].answer(keys, Circumstances(born - timedelta(days=1))) is None


@pytest.mark.parametrize(
    ("keys", "regions", "number"),
    [
        ("0701740605", ("SE", "DK"), "+46701740605"),
        ("084650040", ("SE", "DK"), "+4684650040"),
        ("0046701740605", ("DK", "SE"), "+46701740605"),
        ("32123456", ("DK", "SE"), "+4532123456"),
        ("32123456", ("SE", "DK"), "+4532123456"),
        ("32123456", ("SE",), None),
        ("004532123456", ("SE",), "+4532123456"),
        ("701740605", ("SE",), None),
        ("00442079460000", ("SE", "DK"), "+442079460000"),
        ("112", ("SE", "DK"), None),
        ("00", ("SE", "DK"), None),
        ("*0701740605", ("SE", "DK"), None),
    ],
)
def test_a_phone_number_is_dialled_as_people_do(
    keys: str, regions: tuple[str, ...], number: str | None
) -> None:
    assert FIXED["phone"].answer(keys, Circumstances(TODAY, regions)) == number


@pytest.mark.parametrize(
    ("number", "regions"),
    [
        (None, ("SE", "DK")),
        ("100", ("SE", "DK")),
        ("+46 8 465 004 00", ("SE", "DK")),
        ("+45 32 12 34 56", ("DK", "SE")),
        ("+47 22 22 55 55", ("NO", "SE", "DK")),
        ("+999 1", ("SE", "DK")),
    ],
)
def test_numbers_are_looked_for_in_the_organisations_own_country_first(
    number: str | None, regions: tuple[str, ...]
) -> None:
    assert regions_of(number) == regions


def test_digits_are_text_and_a_number_counts() -> None:
    assert COUNTED["digits"](2, 6).answer("0042", HERE) == "0042"
    assert COUNTED["number"](1, 6).answer("0042", HERE) == 42
    for kind in COUNTED.values():
        assert kind(2, 6).longest == 6
        assert kind(2, 6).answer("7", HERE) is None
        assert kind(2, 6).answer("7*", HERE) is None


@pytest.mark.parametrize(
    ("pattern", "keys", "number"),
    [
        ("BYGG 20nn-nnnnn", "202600123", "BYGG 2026-00123"),
        ("BYGG 20nn-nnnnn", "192600123", None),
        ("BYGG 20nn-nnnnn", "20260012", None),
        ("BYGG 20nn-nnnnn", "2026001234", None),
        ("BYGG 20nn-nnnnn", "2026*0123", None),
        ("nnn/nn", "12345", "123/45"),
        ("n", "7", "7"),
    ],
)
def test_a_case_number_is_put_into_its_pattern(pattern: str, keys: str, number: str | None) -> None:
    assert CaseNumber(pattern).answer(keys, HERE) == number


@given(KEYS, st.sampled_from([*FIXED, *COUNTED, "case"]), st.dates())
def test_no_keys_on_any_day_raise_and_other_keys_than_digits_are_no_answer(
    keys: str, name: str, today: date
) -> None:
    kind = CaseNumber("20nn-nn") if name == "case" else FIXED.get(name) or COUNTED[name](1, 12)
    answer = kind.answer(keys, Circumstances(today))
    assert answer is None or keys.isdigit()
