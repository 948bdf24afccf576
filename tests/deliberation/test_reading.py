import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.questionnaire import read
from deliberation.reading import MOST_WORDS, flesch_douma, judge, minutes, sentences, syllables, words

# Counted by hand, by the rules for dividing Dutch words.
COUNTED = {
    1: "de ijs jij eeuw nieuw mooi saai boei ruw vrouw één ui kou geit mail mens plan ruig hoe",
    2: "uw-e eeuwig vernieuwd gooien draaien moeite milieu cadeau café auto zoals hoeveel meedoen cliënt privé quorum"
    " team-werk koeien zeeën bureau dieet geïnd geëist duwen royaal yoga hockey kopij website",
    3: "inwoners reünie museum theater video ideaal actueel poëzie mozaïek europa enquête crisisplan"
    " geoefend bijzonder privacy beantwoord toename zee-egel oase sociaal ideeën ruïne papierwerk",
    4: "januari officieel financieel situatie gemeenteraad beïnvloeden beëindigen voorziening-en kilometer-s",
    5: "categorieën coördinatie financiële burgemeester-tje",
    6: "individuele verantwoordelijkheid participatie-wet",
}
CASES = [(word, count) for count, line in COUNTED.items() for word in words(line)]
anything = st.text(max_size=400)
tokens = ["de", "gemeente.", "Wat?", "bijv.", "'s", "één", "14.30", "–", "(ja)", "idee\n", "- ", "* u.", "\n\n", "# "]
dutch = st.lists(st.sampled_from(tokens), max_size=60)


@pytest.mark.parametrize(("word", "count"), CASES)
def test_syllables_are_counted_as_a_reader_would(word: str, count: int) -> None:
    assert syllables(word) == count


def test_a_word_without_vowels_and_each_digit_is_one_syllable() -> None:
    assert [syllables(word) for word in ("mr", "20", "2026", "b1")] == [1, 2, 4, 1]


def test_words_are_what_holds_a_letter_or_a_digit() -> None:
    text = "Dat kost € 1.250 – of meer (per jaar), ‘s ochtends om 14.30 uur en/of zo-en-zo…"
    assert words(text) == (
        *("Dat", "kost", "1.250", "of", "meer", "per", "jaar", "s", "ochtends", "om", "14.30", "uur", "en/of"),
        "zo-en-zo",
    )


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Dit is één zin", 1),
        ("Dit is een zin. Dit ook! En dit? Ja…", 4),
        ("Dat kost € 1.250 of 14.30 euro.", 1),
        ("Vraag het bijv. aan dhr. J. Jansen van de gem. raad.", 2),  # "gem." is no shortening that we know
        ("Wilt u dat? Zegt u dan: ja; of nee.", 4),
        ("Hij zei: “Kom.” Toen ging hij.", 3),
        ("- een\n- twee\n- drie", 3),
        ("# Een kop\nEn een zin\nvan twee regels.\n\nEn nog een", 3),
        ("", 0),
        ("… – !", 0),
        ("Dat beslist u. Wij niet.", 2),
    ],
)
def test_sentences_end_where_a_reader_takes_a_breath(text: str, count: int) -> None:
    assert len(sentences(text)) == count


def test_the_score_is_that_of_douma() -> None:
    """100 words, 10 a sentence, 150 syllables: 206.84 - 0.77 * 150 - 0.93 * 10."""
    assert flesch_douma(100, 10, 150) == pytest.approx(82.04)
    with pytest.raises(ValueError, match="at least one word"):
        flesch_douma(0, 0, 0)


def test_a_text_is_scored_from_its_own_counts() -> None:
    text = "De raad kiest een plan. " * 6  # 5 words and 5 syllables a sentence
    reading = judge(text, {})
    assert (reading.words, reading.sentences, reading.syllables) == (30, 6, 30)
    assert reading.score == pytest.approx(206.84 - 77 - 4.65)
    assert reading.b1


def test_the_score_of_a_short_text_means_nothing_and_is_not_given() -> None:
    assert judge("Verantwoordelijkheidsverdelingsproblematiek.", {}).b1
    assert judge("De raad kiest een plan. " * 5, {}).score is None


def test_long_words_make_a_text_hard() -> None:
    reading = judge("Gemeentelijke verantwoordelijkheden overstijgen individuele mogelijkheden. " * 6, {})
    assert reading.hard_to_read
    assert not reading.b1


def test_a_sentence_may_have_fifteen_words_and_no_more() -> None:
    fifteen = " ".join(["woord"] * MOST_WORDS) + "."
    assert judge(fifteen, {}).b1
    longer = judge(f"Kort. {fifteen[:-1]} woord. Ook kort.", {})
    assert longer.long == (longer.longest,) == (fifteen[:-1] + " woord.",)
    assert not longer.b1


def test_a_hard_word_is_named_with_a_simpler_one() -> None:
    hard = {"indien": "als", "met betrekking tot": "over", "betrekking": "baan"}
    reading = judge("Indien u vragen hebt (met betrekking tot het plan): bel. Indiener mag ook, indien nodig.", hard)
    assert reading.hard == (("indien", "als"), ("met betrekking tot", "over"), ("betrekking", "baan"))
    assert not reading.b1
    assert judge("Met betrekking. Tot ziens.", {"met betrekking tot": "over"}).hard == ()


@given(anything)
def test_no_text_can_break_it(text: str) -> None:
    reading = judge(text, {"a": "b"})
    assert reading.syllables >= reading.words >= reading.sentences >= 0
    assert (reading.score is None) == (reading.words < 30)


@given(st.one_of(anything, dutch.map(" ".join)))
def test_every_word_is_in_exactly_one_sentence(text: str) -> None:
    assert words(" ".join(sentences(text))) == words(text)
    assert sum(len(words(sentence)) for sentence in sentences(text)) == len(words(text))


@given(anything, anything)
def test_texts_set_apart_add_up(one: str, other: str) -> None:
    together, first, second = (judge(text, {}) for text in (f"{one}\n\n{other}", one, other))
    assert together.words == first.words + second.words
    assert together.sentences == first.sentences + second.sentences
    assert together.syllables == first.syllables + second.syllables
    assert together.long == first.long + second.long


def test_minutes_are_words_and_seconds_added_up() -> None:
    """A vote: 4 + 1 + 1 words and 5 seconds. A text: 4 words and 40 seconds."""
    yes_no = {"ja": ["Ja", "Yes"], "nee": ["Nee", "No"]}
    data = {
        "version": 1,
        "questions": [
            {"id": "v", "type": "single", "nl": "Wat vindt u ervan?", "en": "?", "options": yes_no, "is_vote": True},
            {"id": "t", "type": "text", "nl": "Waarom vindt u dat?", "en": "?", "max_chars": 100},
            {
                "id": "i",
                "type": "single_per_item",
                "nl": "Helpt dit?",
                "en": "?",
                "options": yes_no,
                "items": {"a": ["Nu", "Now"], "b": ["Later", "Later"]},
            },
        ],
    }
    count, seconds = 6 + 4 + 6, 5 + 40 + 10
    assert minutes(read(data)) == pytest.approx(count / 130 + seconds / 60)
    assert minutes(read(data), "woord " * 130) == pytest.approx(minutes(read(data)) + 1)


def test_minutes_are_those_of_the_longest_way_through() -> None:
    """Of two questions of which everyone gets one, the one with own words counts."""
    yes_no = {"ja": ["Ja", "Yes"], "nee": ["Nee", "No"]}
    vote = {"id": "v", "type": "single", "nl": "Voor?", "en": "For?", "options": yes_no, "is_vote": True}
    why = {"id": "w", "type": "text", "nl": "Waarom?", "en": "Why?", "max_chars": 9, "when": {"v": ["nee"]}}
    sure = {"id": "s", "type": "single", "nl": "Zeker?", "en": "Sure?", "options": yes_no, "when": {"v": ["ja"]}}
    questionnaire = read({"version": 1, "questions": [vote, why, sure]})
    assert minutes(questionnaire) == pytest.approx((3 + 1) / 130 + (5 + 40) / 60)
