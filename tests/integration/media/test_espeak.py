import math
from array import array

import pytest

from media.errors import NothingSaid, NoVoice, ToolMissing
from media.espeak import VOICES, Espeak
from media.wav import RATE_HZ

pytestmark = pytest.mark.integration

SENTENCES = {
    "sv": "Välkommen till förskolan. Tryck ett för avgifter.",
    "da": "Velkommen til børnehaven. Tryk på en for betaling.",
    "en": "Welcome to preschool services. For fees, press one.",
}


@pytest.fixture
async def espeak() -> Espeak:
    return await Espeak.find()


@pytest.mark.parametrize("language", SENTENCES)
async def test_each_voice_speaks_at_the_level_of_a_telephone_without_clipping(
    espeak: Espeak, language: str
) -> None:
    samples = array("h", await espeak.speak(SENTENCES[language], language))
    level = 20 * math.log10(math.hypot(*samples) / math.sqrt(len(samples)) / 32768)
    assert 1.5 < len(samples) / RATE_HZ < 6
    assert -28 < level < -19
    assert max(map(abs, samples)) < 30000


async def test_the_same_text_is_the_same_sound(espeak: Espeak) -> None:
    assert await espeak.speak("Hej", "sv") == await espeak.speak("Hej", "sv")


@pytest.mark.parametrize("text", ["--version", "-f /etc/passwd", "-v da", "--path=/tmp hej"])
async def test_a_text_that_looks_like_an_option_is_spoken(espeak: Espeak, text: str) -> None:
    assert len(await espeak.speak(text, "sv")) > RATE_HZ


async def test_markup_is_text_and_takes_no_time_out(espeak: Espeak) -> None:
    paused = await espeak.speak('Ett <break time="9s"/> två', "sv")
    assert len(paused) / 2 / RATE_HZ < 6


async def test_phoneme_brackets_are_not_obeyed(espeak: Espeak) -> None:
    phonemes = await espeak.speak("[[a:a:a:a:a:a:a:a:a:a:a:a:a:a:]]", "sv")
    spelled = await espeak.speak("[ [a:a:a:a:a:a:a:a:a:a:a:a:a:a:]]", "sv")
    assert phonemes == spelled


async def test_control_characters_are_blanks(espeak: Espeak) -> None:
    assert await espeak.speak("ett\x01\n\x00två", "sv") == await espeak.speak("ett två", "sv")


async def test_half_a_letter_is_no_crash(espeak: Espeak) -> None:
    assert await espeak.speak("hej \udce5", "sv")


@pytest.mark.parametrize("text", ["", " ", "\n\x07"])
async def test_a_text_without_a_sound_is_an_error(espeak: Espeak, text: str) -> None:
    with pytest.raises(NothingSaid):
        await espeak.speak(text, "sv")


async def test_a_language_without_a_voice_names_those_with_one(espeak: Espeak) -> None:
    with pytest.raises(NoVoice, match=", ru, sv, tr"):
        await espeak.speak("nuqneH", "tlh")


@pytest.mark.parametrize("language", VOICES)
async def test_every_language_has_a_voice(espeak: Espeak, language: str) -> None:
    assert await espeak.speak("Vaxel 1 2 3", language)


async def test_a_machine_without_espeak_is_told_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ToolMissing, match="apt install espeak-ng"):
        await Espeak.find()
