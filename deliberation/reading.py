"""How hard Dutch text is to read, and how long a questionnaire takes.

The measure is Flesch-Douma: Flesch's reading ease with the weights that W.H. Douma fitted to Dutch, which has longer
words and sentences than English (De leesbaarheid van landbouwbladen, Bulletin 17, Landbouwhogeschool Wageningen,
1960):

    score = 206.84 - 0.77 * (syllables per 100 words) - 0.93 * (words per sentence)

His table calls 60-70 normal, 70-80 fairly easy, below 60 fairly hard and worse. Level B1 is taken to be: a score of
60 or more, no sentence of more than 15 words, and no word from a given list of hard words. It is a help for whoever
writes, not a proof: no formula knows whether a text makes sense.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from deliberation.questionnaire import Question, Questionnaire
from deliberation.routing import longest

EASY_ENOUGH = 60.0
MOST_WORDS = 15  # of a sentence
ENOUGH_WORDS = 30  # for the score to mean something
WORDS_PER_MINUTE = 130
SECONDS = {"single": 5, "scale": 5, "single_per_item": 5, "multi_other": 15, "multi_with_direction": 15, "text": 40}

# One sound each, the longest first; "ij" is a vowel in Dutch.
NUCLEUS = re.compile(r"oeu|eau|aai|ooi|oei|eeu|ieu|aa|ee|ie|oe|oo|uu|eu|ui|ij|ei|ou|au|ai|oi|[aeiouy]")
LOANS = (("team", "tiem"), ("coach", "kotsj"), ("online", "onlain"), ("website", "websait"), ("service", "survis"))
SPELLED = (  # where a letter is not the sound it looks like
    (re.compile("qu"), "k"),  # quorum, enquête
    (re.compile("eum"), "e-um"),  # museum
    (re.compile("(?<=[aeiou])y(?![aeiou])"), "i"),  # hockey
    (re.compile("y(?=[aeiou])"), "j"),  # yoga, royaal
)
DIAERESIS = "\u0308"

END = re.compile(r"[.!?…:;][\"'’”»)\]*_]*$")
SHORTENED = frozenset(
    {"a.u.b", "art", "bijv", "blz", "ca", "d.w.z", "dhr", "dr", "drs", "enz", "evt", "excl", "i.v.m", "incl", "ing"}
    | {"jl", "m.b.t", "m.i.v", "max", "mevr", "mr", "mw", "n.a.v", "nr", "nrs", "o.a", "o.l.v", "p.m"}
    | {"prof", "resp", "t.a.v", "t.o.v", "tel", "vgl", "vs", "zgn"}
)
LIST_ITEM = re.compile(r"\s*(?:[-*•+]|\d+[.)]|#+|\|)\s")


@dataclass(frozen=True)
class Reading:
    """What was counted in a text.

    `score` is Flesch-Douma, or None for a text of fewer than 30 words. `long` holds every sentence of more than 15
    words; `hard` every hard word with a simpler one, each once, in the order of the text.
    """

    words: int
    sentences: int
    syllables: int
    score: float | None
    longest: str
    long: tuple[str, ...]
    hard: tuple[tuple[str, str], ...]

    @property
    def hard_to_read(self) -> bool:
        return self.score is not None and self.score < EASY_ENOUGH

    @property
    def b1(self) -> bool:
        return not (self.hard_to_read or self.long or self.hard)


def judge(text: str, hard_words: Mapping[str, str]) -> Reading:
    """Everything that can be said about the level of a Dutch text.

    `hard_words` maps a hard word, or a fixed phrase of several words, in lower case, to a simpler one.
    """
    found, said = words(text), sentences(text)
    total = sum(map(syllables, found))
    longest = max(said, key=lambda sentence: len(words(sentence)), default="")
    return Reading(
        words=len(found),
        sentences=len(said),
        syllables=total,
        score=flesch_douma(len(found), len(said), total) if len(found) >= ENOUGH_WORDS else None,
        longest=longest,
        long=tuple(sentence for sentence in said if len(words(sentence)) > MOST_WORDS),
        hard=_hard(said, hard_words),
    )


def flesch_douma(word_count: int, sentence_count: int, syllable_count: int) -> float:
    """Douma's reading ease (1960): higher is easier, about 0 to 100. ValueError when there is nothing to read."""
    if word_count < 1 or sentence_count < 1:
        raise ValueError("a text has at least one word and one sentence")
    return 206.84 - 0.77 * (100 * syllable_count / word_count) - 0.93 * (word_count / sentence_count)


def words(text: str) -> tuple[str, ...]:
    """What stands between spaces and holds a letter or a digit, without the marks around it."""
    return tuple(_bare(token) for token in text.split() if _counts(token))


def _counts(token: str) -> bool:
    return any(sign.isalnum() for sign in token)


def _bare(token: str) -> str:
    first = next(place for place, sign in enumerate(token) if sign.isalnum())
    last = next(place for place in range(len(token), 0, -1) if token[place - 1].isalnum())
    return token[first:last]


def sentences(text: str) -> tuple[str, ...]:
    """The sentences, with single spaces. Every word of the text is in exactly one of them.

    As with Flesch (The art of readable writing, 1949) a colon and a semicolon end a sentence too. So do an empty line
    and the next item of a list; the point of a known shortening ("bijv.") or of an initial does not.
    """
    found: list[str] = []
    for block in _blocks(text):
        sentence: list[str] = []
        for token in block.split():
            sentence.append(token)
            if _ends(token):
                found.append(" ".join(sentence))
                sentence = []
        found.append(" ".join(sentence))
    return tuple(sentence for sentence in found if _counts(sentence))


def _blocks(text: str) -> list[str]:
    """Pieces of text that no sentence goes across."""
    blocks = [""]
    for line in text.splitlines():
        if not line.strip() or LIST_ITEM.match(line):
            blocks.append("")
        blocks[-1] += line + "\n"
        if line.lstrip().startswith("#"):
            blocks.append("")
    return blocks


def _ends(token: str) -> bool:
    if not END.search(token):
        return False
    stem = _bare(token).casefold() if _counts(token) else ""
    initial = len(stem) == 1 and stem.isalpha() and stem != "u"
    return not (token.endswith(".") and (stem in SHORTENED or initial))


def syllables(word: str) -> int:
    """How many syllables a Dutch word has, by its spelling; at least 1.

    Counts groups of vowels that sound as one. A diaeresis begins a new one (be-ïn-vloe-den, i-dee-ën). Each digit
    counts as one. Some borrowed words come out one too high or too low.
    """
    letters = unicodedata.normalize("NFKD", word.casefold())
    letters = re.sub(f"(.){DIAERESIS}", r"-\1", letters)
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    for loan, sound in LOANS:
        letters = letters.replace(loan, sound)
    for spelling, sound in SPELLED:
        letters = spelling.sub(sound, letters)
    digits = sum(letter.isdigit() for letter in letters)
    return max(1, len(NUCLEUS.findall(letters)) + digits)


def _hard(said: tuple[str, ...], hard_words: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    most = max((len(phrase.split()) for phrase in hard_words), default=0)
    found: dict[str, str] = {}
    for sentence in said:
        tokens = [word.casefold() for word in words(sentence)]
        for start in range(len(tokens)):
            for end in range(start + 1, min(start + most, len(tokens)) + 1):
                phrase = " ".join(tokens[start:end])
                if phrase in hard_words:
                    found.setdefault(phrase, hard_words[phrase])
    return tuple(found.items())


def text_of(question: Question) -> str:
    """Everything of a question that is read, each choice as a sentence of its own."""
    shown = (*question.items, *question.options, *question.directions)
    return "\n\n".join((question.text, *(option.label for option in shown)))


def minutes(questionnaire: Questionnaire, before: str = "") -> float:
    """How long someone who reads slowly needs to read what comes `before` and to answer every question, in minutes.

    Of all ways through the questions the longest counts. Assumes 130 words a minute. Normally sighted adults read 184
    words a minute aloud, standard deviation 29, over 17 languages of which Dutch is one (IReST, Trauzettel-Klosinski
    & Dietz, 2012, Investigative Ophthalmology & Visual Science 53:5452), so this is nearly two deviations slower. The
    seconds are our assumption: 5 for a choice, and for each item; 15 for several choices; 40 for own words, about 20
    of them on a phone.
    """
    path, _ = longest(questionnaire, _minutes_of)
    return len(words(before)) / WORDS_PER_MINUTE + sum(map(_minutes_of, path))


def _minutes_of(question: Question) -> float:
    answers = len(question.items) if question.form == "single_per_item" else 1
    return len(words(text_of(question))) / WORDS_PER_MINUTE + answers * SECONDS[question.form] / 60
