"""What deserves a second look in a text that residents read: never a wall."""

import math
from dataclasses import dataclass

from deliberation.reading import MOST_WORDS, Reading, judge, words
from panel.proposals.dossier import Dossier
from panel.proposals.questions import hard_words
from panel.web.messages import sentence

READ_FIRST = {"question": "De vraag", "summary": "De samenvatting", "goal": "Het doel"}


@dataclass(frozen=True)
class Level:
    name: str
    score: int | None  # 0 or more, of a text that is long enough for one
    remarks: tuple[str, ...]


def levels(dossier: Dossier) -> dict[str, Level]:
    """Of what members read first, by the field of the dossier."""
    return {field: _level(name, getattr(dossier, field)) for field, name in READ_FIRST.items()}


def _level(name: str, text: str) -> Level:
    reading = judge(text, hard_words())
    score = None if reading.score is None else max(0, math.floor(reading.score))
    too_hard = [sentence("dossier.hard_to_read", score=score)] if reading.hard_to_read else []
    return Level(name, score, (*too_hard, *remarks_on(reading)))


def remarks_on(reading: Reading) -> list[str]:
    return [
        *(
            sentence("questions.long_sentence", words=len(words(long)), most=MOST_WORDS, text=long)
            for long in reading.long
        ),
        *(sentence("questions.hard_word", word=word, simpler=simpler) for word, simpler in reading.hard),
    ]
