"""How a number that a person writes is looked for among recordings and traces."""

from __future__ import annotations

import pytest
import typer

from ivr.cli.archive_desk import every_spelling
from ivr.settings import OutgoingSettings, Settings

pytestmark = pytest.mark.unit

SETTINGS = Settings(outgoing=OutgoingSettings(regions=("SE", "DK")))
FORMS = ("+46701740605", "46701740605", "0046701740605", "0701740605")


@pytest.mark.parametrize(
    "written",
    [
        *FORMS,
        " 070-174 06 05 ",
        "+46 (0)70 174 06 05",
        "tel:+46701740605",
        "070\N{NON-BREAKING HYPHEN}174\N{NARROW NO-BREAK SPACE}06 05",  # as copied from a page
    ],
)
def test_a_number_is_looked_for_in_all_forms_of_a_trunk(written: str) -> None:
    assert every_spelling(written, SETTINGS) == {*FORMS, written.strip()}


def test_a_short_number_is_looked_for_as_it_is() -> None:
    assert every_spelling("100", SETTINGS) == {"100"}


@pytest.mark.parametrize("written", ["", "+", "anonymous", "٠٧٠"])
def test_what_has_no_digit_is_refused(written: str) -> None:
    with pytest.raises(typer.BadParameter, match="write a number"):
        every_spelling(written, SETTINGS)
