"""Decoys: common words that nobody is listening for.

A recogniser that knows only the phrases of a menu hears one of them in everything. Beside some
dozens of everyday words a phrase must sound more like itself than like any of those; what does not
is none of the phrases. On the fixed audio of the tests this brings false matches from one in three
to one in thirty (``tests/integration/media/test_speech_accuracy.py`` tells the figures of today).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

Sound = Callable[[str], Sequence[str] | None]
"""A word's sounds in their order, phones or letters; ``None`` when the model lacks the word."""

_NEAR: Final = 1
"""A decoy this close to a word of a phrase is left out: it would take the phrase's callers."""

# Short and long, with all sounds of the language; none that a menu or its caller often needs, and
# in English hardly one that begins with h: every breath before a phrase would be such a word.
_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "en": "all any bed book bring cat change close come dog early end eye far few find fire "
        "food from girl give good green horse idea large laugh leave light long make milk "
        "month mother much never nothing once paper people point quick rain river room rule "
        "singing sleep small some son strong summer table thing today tree under very voice "
        "warm water winter wood world young",
        "ko": "가 나 다 라 마 바 사 자 차 카 타 파 하 고 노 도 로 모 보 소 오 조 그 것 수 우리 "
        "사람 때 말 안 더 또 잘 여기 거기 그리고 하지만 그래서 없다 하다 집 물 손 눈 돈 "
        "밤 비 산 강 책 방 문 옷 꽃 길 빵 누구 언제 어디 나무 엄마 아빠 친구 학교 회사",
        "sv": "alla att barn bil bok bord dag där efter eld en flicka från fågel gammal ge gå hand "
        "hav hem hjärta hund hus hår ingen kalla katt komma kyrka lampa liv ljus läsa lång mat "
        "men mjölk moln mor natt ny och ofta ost över penna regn röd sak sjö skog sko skratta "
        "sol sommar som sova springa sten stor stol sång träd trött tung ung vatten vinter vägg "
        "ögon äpple år",
        "da": "aften alle barn bil bjerg blomst bog bord by børn dag der dreng dyr efter eller en "
        "farve fisk fugl få gammel give glad gå hav himmel hjerte hund hus hånd hår ingen jord "
        "kat komme lampe lille liv lys læse lang mad men mor mælk nat ny næse ofte ost over "
        "penge regn rød sagen skole sko skov sol sommer sove sten stor stol sø sang træ tung "
        "ung vand vinter væg æble øje",
    }
)


def decoys(language: str, phrases: Iterable[str], sound: Sound) -> list[str]:
    """The decoys that go beside some phrases; none where the language has no list.

    Args:
        language: BCP 47 primary tag.
        phrases: What is listened for.
        sound: How the model says a word.
    """
    wanted = [sound(word) or () for phrase in phrases for word in phrase.split()]
    return [
        word
        for word in _WORDS.get(language, "").split()
        if (heard := sound(word)) and all(_distance(heard, other) > _NEAR for other in wanted)
    ]


def _distance(one: Sequence[str], other: Sequence[str]) -> int:
    """Sounds to put in, leave out or change to make one of the other (Levenshtein)."""
    row = list(range(len(other) + 1))
    for number, sound in enumerate(one, 1):
        above, row = row, [number]
        for place, wanted in enumerate(other, 1):
            row.append(min(above[place] + 1, row[-1] + 1, above[place - 1] + (sound != wanted)))
    return row[-1]
