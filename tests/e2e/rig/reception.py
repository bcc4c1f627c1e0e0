"""The demo's main number as a caller hears it in Swedish, and the way through it."""

from __future__ import annotations

from ivr.softphone import Line
from tests.e2e.rig.phones import BEGINNING, Ears

WELCOME = "Välkommen till Exempelstad."
CHOOSE_SWEDISH = "För svenska, tryck 1."
CHOOSE_ENGLISH = "For English, press 3."
MENU = (
    "För att tala med kundtjänst, tryck 1. För våra öppettider, tryck 2."
    " För telefonväxeln, tryck 0. För att höra valen igen, tryck 9."
)
MENU_ENGLISH = (
    "Please press a key, or say what you want. To speak to customer service, press 1."
    " For our opening hours, press 2. For the operator, press 0."
    " To hear the choices again, press 9."
)
INVALID_KEY = "Det valet finns inte. Lyssna en gång till."
NO_KEY = "Vi hörde inget val. Lyssna en gång till."
NEXT = "Du är näst på tur."
SECOND = "Du har plats 2 i kön."
NOBODY = "Det finns just nu ingen som kan ta emot ditt samtal."
LEAVE_MESSAGE = (
    "Lämna gärna ditt namn, ditt nummer och ditt ärende efter tonen, så ringer vi upp dig."
)
GOODBYE = "Tack för ditt samtal. Hej då."

OFFICE_CLOSED = "Kontoret har stängt. Vi har öppet på vardagar från klockan 8."
OFFICE_MESSAGE = "Lämna gärna ett meddelande efter tonen, så hör vi av oss."


async def walk_to_menu(line: Line, ears: Ears) -> None:
    """Choose Swedish and hear the menu begin."""
    await ears.hear(line, WELCOME)
    await ears.hear(line, CHOOSE_SWEDISH, first=BEGINNING)
    await line.press("1")
    await ears.hear(line, MENU, first=BEGINNING)


async def walk_to_queue(line: Line, ears: Ears) -> None:
    """Choose Swedish and customer service."""
    await walk_to_menu(line, ears)
    await line.press("1")
