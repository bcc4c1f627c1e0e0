"""What a caller hears of a value, by tables: one row a value, one column a language."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from ivr.flow.errors import ExpressionError
from ivr.flow.expressions import Expression
from ivr.flow.spoken import FILTERS, spoken_filters
from ivr.flow.texts import Phrase
from ivr.flow.vocabulary import LANGUAGES

pytestmark = pytest.mark.unit

CHRISTMAS_EVE = dt.date(2026, 12, 24)

SPOKEN = [
    ("0 | number", "noll", "nul", "zero"),
    ("'1 250' | number", "ettusen tvåhundrafemtio", "ettusind tohundrede og halvtreds",
     "one thousand, two hundred and fifty"),
    ("2.5 | number", "två komma fem", "to komma fem", "two point five"),
    ("'-7,25' | number", "minus sju komma två fem", "minus syv komma to fem",
     "minus seven point two five"),
    ("75 | number", "sjuttiofem", "femoghalvfjerds", "seventy-five"),
    ("1000000 | number", "en miljon", "en million", "one million"),
    ("1 | ordinal", "första", "første", "first"),
    ("20 | ordinal", "tjugonde", "tyvende", "twentieth"),
    ("31 | ordinal", "trettioförsta", "enogtredivte", "thirty-first"),
    ("40 | ordinal", "fyrtionde", "fyrretyvende", "fortieth"),
    ("52 | ordinal", "femtioandra", "tooghalvtredsindstyvende", "fifty-second"),
    ("60 | ordinal", "sextionde", "tresindstyvende", "sixtieth"),
    ("0 | money", "noll kronor", "nul kroner", "zero kronor"),
    ("1 | money", "en krona", "en krone", "one krona"),
    ("250 | money", "tvåhundrafemtio kronor", "tohundrede og halvtreds kroner",
     "two hundred and fifty kronor"),
    ("'21,50' | money", "tjugoen kronor och femtio öre", "enogtyve kroner og halvtreds øre",
     "twenty-one kronor and fifty öre"),
    ("0.01 | money", "ett öre", "en øre", "one öre"),
    ("'-99.999' | money", "minus etthundra kronor", "minus ethundrede kroner",
     "minus one hundred kronor"),
    ("1 | money('EUR')", "en euro", "en euro", "one euro"),
    ("12.5 | money('EUR')", "tolv euro och femtio cent", "tolv euro og halvtreds cent",
     "twelve euros and fifty cents"),
    ("2 | money('DKK')", "två danska kronor", "to kroner", "two kroner"),
    ("2 | money('USD')", "två amerikanska dollar", "to amerikanske dollar", "two US dollars"),
    ("eve | date", "den tjugofjärde december tjugohundratjugosex",
     "den fireogtyvende december totusind og seksogtyve",
     "the twenty-fourth of December twenty twenty-six"),
    ("'19850301' | date", "den första mars nittonhundraåttiofem",
     "den første marts nittenhundrede femogfirs", "the first of March nineteen eighty-five"),
    ("'2000-01-30' | date", "den trettionde januari tjugohundra", "den tredivte januar totusind",
     "the thirtieth of January two thousand"),
    ("'2026-05-31T08:00' | day", "den trettioförsta maj", "den enogtredivte maj",
     "the thirty-first of May"),
    ("eve | weekday", "torsdag", "torsdag", "Thursday"),
    ("'14:30' | time", "fjorton och trettio", "fjorten tredive", "two thirty p.m."),
    ("'8.05' | time", "åtta noll fem", "otte nul fem", "eight oh five a.m."),
    ("'0100' | time", "ett", "et", "one a.m."),
    ("830 | time", "åtta och trettio", "otte tredive", "eight thirty a.m."),
    ("'12:00' | time", "tolv", "tolv", "noon"),
    ("'00:00' | time", "noll", "nul", "midnight"),
    ("'00:15' | time", "noll och femton", "nul femten", "twelve fifteen a.m."),
    ("'SN-2026/04' | digits", "S N, två noll två sex, noll fyra", "S N, to nul to seks, nul fire",
     "S N, two zero two six, zero four"),
    ("110 | digits", "ett ett noll", "et et nul", "one one zero"),
    ("'+46701740605' | phone", "noll sju noll, ett sju fyra, noll sex, noll fem",
     "plus fire seks, syv nul, et syv fire, nul seks, nul fem",
     "plus four six, seven zero, one seven four, zero six, zero five"),
    ("'+4533123456' | phone", "plus fyra fem, tre tre, ett två, tre fyra, fem sex",
     "tre tre, et to, tre fire, fem seks",
     "plus four five, three three, one two, three four, five six"),
    ("'08-465 004 00' | phone", "noll åtta, fyra sex fem, noll noll fyra, noll noll",
     "nul otte, fire seks fem, nul nul fire, nul nul",
     "zero eight, four six five, zero zero four, zero zero"),
    ("'112' | phone", "ett ett två", "et et to", "one one two"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "swedish", "danish", "english"), SPOKEN)
def test_a_value_is_spoken_as_people_do(
    expression: str, swedish: str, danish: str, english: str
) -> None:
    phrase = Phrase.parse(f"{{{{ {expression} }}}}")
    heard = [phrase.render({"eve": CHRISTMAS_EVE}, tag) for tag in ("sv", "da", "en")]
    assert heard == [swedish, danish, english]


@pytest.mark.parametrize(
    "expression",
    [
        "'many' | number",
        "'' | number",
        "true | number",
        "'NaN' | money",
        "'1e400' | money",
        "1000000000000 | money",
        "9 | money(caller)",
        "-1 | ordinal",
        "2.5 | ordinal",
        "'tomorrow' | date",
        "'2026-02-30' | day",
        "'25:00' | time",
        "'' | time",
        "'--' | digits",
        "'' | phone",
        "'anonymous' | phone",
        "missing | money",
        "('9' ~ caller) | digits",
    ],
)
def test_a_value_that_cannot_be_spoken_leaves_the_rest_of_the_text(expression: str) -> None:
    phrase = Phrase.parse(f"Du ska betala {{{{ {expression} }}}} i dag.")
    with pytest.raises(ExpressionError) as raised:
        phrase.render({"caller": "9" * 50}, "sv")
    assert raised.value.rest == "Du ska betala i dag."


VALUES = {
    "date": CHRISTMAS_EVE,
    "day": CHRISTMAS_EVE,
    "weekday": CHRISTMAS_EVE,
    "time": dt.time(14, 30),
    "digits": "A-1",
    "phone": "+46701740605",
    "money": Decimal("12.50"),
    "number": 12.5,
    "ordinal": 3,
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(FILTERS))
def test_every_value_can_be_spoken_in_every_language(name: str, language: str) -> None:
    assert spoken_filters(language)[name](VALUES[name]).strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_number_is_unspeakable(language: str) -> None:
    speak = spoken_filters(language)
    for number in (0, 1, 2, 5, 11, 21, 100, 101, 1001, 999_999_999_999):
        assert speak["number"](number)
        assert speak["ordinal"](number)
        assert speak["money"](-number)


@given(st.text(max_size=12), st.sampled_from(sorted(FILTERS)), st.sampled_from(sorted(LANGUAGES)))
def test_nothing_but_a_value_error_comes_of_any_value(value: str, name: str, language: str) -> None:
    try:
        assert spoken_filters(language)[name](value)
    except ValueError:
        return


@pytest.mark.parametrize("expression", ["fee | money('kr')", "fee | moeny", "fee | money(5)"])
def test_a_slip_in_a_filter_is_told_when_the_file_is_read(expression: str) -> None:
    with pytest.raises(PydanticCustomError):
        Phrase.parse(f"{{{{ {expression} }}}}")


def test_a_text_is_spoken_in_its_own_language_and_an_expression_in_that_of_the_call() -> None:
    call = {"fee": 2, "language": "da"}
    assert Phrase.parse("{{ fee | money }}").render(call, "sv") == "två kronor"
    assert Phrase.parse("{{ fee | money }}").render(call) == "to kroner"
    assert Expression.parse("fee | money").value(call) == "to kroner"
