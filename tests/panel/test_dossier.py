"""What a proposal says, and what a member reads of it in each language."""

import json
from dataclasses import fields, replace

import yaml
from hypothesis import given
from hypothesis import strategies as st

from deliberation.filling import fill
from deliberation.questionnaire import read
from deliberation.reading import judge
from panel.proposals.dossier import ONLY_DUTCH, Claim, Dossier, English
from panel.proposals.form import as_typed, errors_in, read_date
from panel.proposals.questions import DEFAULT_QUESTIONNAIRE, hard_words
from panel.web.forms import Fields
from tests.panel.stage import dossier

WORDS = st.text(st.characters(codec="utf-8"), max_size=12)
LISTS = st.lists(WORDS, max_size=3).map(tuple)
CLAIMS = st.lists(st.builds(Claim, WORDS, WORDS, WORDS, WORDS), max_size=3).map(tuple)
ENGLISH = st.builds(English, **{f.name: LISTS if f.name == "indicators" else WORDS for f in fields(English)})
KINDS = {"values": LISTS, "laws": LISTS, "indicators": LISTS, "claims": CLAIMS, "english": ENGLISH}
DOSSIERS = st.builds(Dossier, **{field.name: KINDS.get(field.name, WORDS) for field in fields(Dossier)})


@given(DOSSIERS)
def test_what_is_kept_is_what_was_written(written: Dossier) -> None:
    kept = json.loads(json.dumps(written.to_json()))
    assert Dossier.from_json(kept) == written
    assert Dossier.from_json(kept | {"no_longer": "a field"}).digest() == written.digest()


@given(DOSSIERS)
def test_what_is_not_translated_is_read_in_dutch_and_named(written: Dossier) -> None:
    assert written.in_language("nl") == written
    assert written.untranslated("nl") == frozenset()
    english, in_dutch = written.in_language("en"), written.untranslated("en")
    for field in fields(Dossier):
        dutch, shown = getattr(written, field.name), getattr(english, field.name)
        if field.name in in_dutch or not dutch:
            assert shown == dutch, field.name
        elif field.name in {field.name for field in fields(English)}:
            assert shown == getattr(written.english, field.name) != "", field.name
    assert {name for name in ONLY_DUTCH if getattr(written, name)} <= in_dutch
    assert len(english.indicators) == len(written.indicators)


def test_the_goal_and_the_indicators_are_asked_in_both_languages() -> None:
    data = yaml.safe_load(DEFAULT_QUESTIONNAIRE.read_text())
    full = dossier()
    without = replace(full, english=English(goal="another goal"))
    for written, goal, indicators in (
        (full, full.english.goal, full.english.indicators),
        (without, "another goal", full.indicators),
    ):
        filled = fill(data, written.fillings())
        for language, (said, shown) in {"nl": (full.goal, full.indicators), "en": (goal, indicators)}.items():
            asked = read(filled, "nl" if language == "nl" else "en")
            assert said in asked.question("q02_doel").text
            assert tuple(option.label for option in asked.question("q12_indicator").options) == shown


def test_both_summaries_have_at_most_400_words() -> None:
    assert dossier(english=English(summary="word " * 400)).missing() == []
    assert dossier(english=English(summary="word " * 401)).missing() == ["english_summary_too_long"]


def test_no_english_and_no_sources_are_remarks_and_stop_nothing() -> None:
    bare = dossier(english=English(), claims=())
    assert bare.missing() == []
    assert {"no_english", "no_sources"} <= set(bare.remarks())
    assert not {"no_english", "no_sources"} & set(dossier().remarks())
    assert "no_sources" not in dossier(claims=(), sources="Het jaarverslag").remarks()
    assert "no_english" not in dossier(english=English(goal="a goal")).remarks()


def test_the_proposal_of_the_demonstration_is_plain_dutch() -> None:
    written = dossier()
    texts = [text for text in written.to_json().values() if isinstance(text, str)]
    for text in (*texts, *written.indicators, *(claim.claim for claim in written.claims)):
        found = judge(text, hard_words())
        assert (found.long, found.hard, found.hard_to_read) == ((), (), False)


def test_a_day_is_read_as_people_write_it() -> None:
    for text in (
        "3 februari 2026",
        "3 Februari  2026",
        "03-02-2026",
        "3-2-2026",
        "3/2/2026",
        "3.2.2026",
        "2026-02-03",
    ):
        assert read_date(text) == "2026-02-03", text
    for text in (
        "",
        "februari 2026",
        "30 februari 2026",
        "3 feb",
        "3-2-26",
        "2026",
        "1-2-3-2026",
        "a-b-2026",
        "9" * 5000,
    ):
        assert read_date(text) == "", text


@given(st.text(max_size=40))
def test_any_text_for_a_day_is_a_day_or_nothing(text: str) -> None:
    assert read_date(read_date(text)) == read_date(text)


@given(
    st.dictionaries(
        st.sampled_from([f"{n}_{r}" for n in ("claim", "source", "link", "date") for r in (1, 2, 7)]), WORDS
    )
)
def test_no_row_is_lost_and_each_is_right_or_refused(typed: dict[str, str]) -> None:
    written = as_typed(Fields({name: [text] for name, text in typed.items()}))
    texts = sorted(stripped for text in typed.values() if (stripped := text.replace("\r\n", "\n").strip()))
    kept = [text for claim in written.claims for text in (claim.claim, claim.source, claim.link, claim.date) if text]
    assert sorted(kept) == texts
    wrong = errors_in(written)
    for number, claim in enumerate(written.claims, 1):
        if not {f"{name}_{number}" for name in ("claim", "source", "link", "date")} & wrong.keys():
            assert claim.claim
            assert claim.source
            assert claim.day
