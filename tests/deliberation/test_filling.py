from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliberation.filling import fill
from deliberation.questionnaire import QuestionnaireError, read

CHOICES = {"ja": ["Ja, {doel}", "Yes, {doel}"], "nee": ["Nee", "No"]}
ITEM_TEXTS = {
    "wonen": ["Wonen in {plaats}", "Housing in {plaats}"],
    "werk": ["Werk", "Work"],
    "geld": ["Geld", "Money"],
}
DATA: dict[str, Any] = {
    "version": 1,
    "questions": [
        {"id": "v", "type": "single", "nl": "Is {doel} goed?", "en": "Is {doel} good?", "options": CHOICES},
        {
            **{"id": "per", "type": "single_per_item", "nl": "Helpt dit?", "en": "Does it help?", "options": CHOICES},
            **{"items": "{waarden}", "item_texts": ITEM_TEXTS, "max_items": 2},
        },
        {
            **{"id": "zie", "type": "multi_other", "nl": "Hoe?", "en": "How?"},
            **{"options": "{tekens}", "max_choices": 2, "when": {"v": ["ja"]}},
        },
        {
            **{"id": "stem", "type": "single", "is_vote": True, "nl": "Wat nu?", "en": "What now?"},
            **{"options": {"voor": ["Voor", "For"], "tegen": ["Tegen {door} en {doel}", "Against"]}},
        },
    ],
}
VALUES: dict[str, Any] = {
    "doel": ["het loket. ", "the desk"],
    "plaats": "Voorbeeld",
    "waarden": ["geld", "wonen"],
    "tekens": ["Minder klachten", ["Korter wachten", "Shorter waits"]],
    "door": "het college",
}


def test_every_text_of_both_languages_is_filled() -> None:
    before = deepcopy(DATA)
    filled = fill(DATA, VALUES)
    dutch, english = read(filled), read(filled, "en")

    assert before == DATA
    assert [q.text for q in dutch.questions[:2]] == ["Is het loket goed?", "Helpt dit?"]
    assert english.question("v").text == "Is the desk good?"
    assert (dutch.question("v").label("ja"), english.question("v").label("ja")) == ("Ja, het loket", "Yes, the desk")
    assert [(i.key, i.label) for i in english.question("per").items] == [
        ("wonen", "Housing in Voorbeeld"),
        ("geld", "Money"),
    ]
    assert [(o.key, o.label) for o in english.question("zie").options] == [
        ("i1", "Minder klachten"),
        ("i2", "Shorter waits"),
    ]
    assert dutch.vote.label("tegen") == "Tegen het college en het loket"


@settings(deadline=None)
@given(st.sets(st.sampled_from(sorted(VALUES)), min_size=1), st.sampled_from(["", " . ", [], None]))
def test_everything_that_is_missing_is_named_in_one_error(absent: set[str], nothing: Any) -> None:
    rest = {name: value for name, value in VALUES.items() if name not in absent}
    with pytest.raises(QuestionnaireError) as error:
        fill(DATA, rest | ({} if nothing is None else dict.fromkeys(absent, nothing)))

    assert error.value.code == "missing"
    # What stands only in a text of a list that is itself missing cannot be known to be needed.
    needed = absent - {"plaats"} if "waarden" in absent else absent
    assert {name.split(" (")[0] for name in str(error.value.facts["names"]).split(", ")} == needed
    places = {"doel": "doel (v), doel (per), doel (stem)", "tekens": "tekens (zie)", "door": "door (stem)"}
    for name in needed & set(places):
        assert all(place in str(error.value) for place in places[name].split(", "))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"waarden": ["geld", "vrijheid"]}, "unknown_item"),
        ({"waarden": ["geld", "wonen", "werk"]}, "many_items"),
        ({"doel": "het {plan}"}, "brace"),
        ({"tekens": ["Minder {klachten}"]}, "brace"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused(values: dict[str, Any], code: str) -> None:
    with pytest.raises(QuestionnaireError) as error:
        fill(DATA, VALUES | values)
    assert error.value.code == code


def test_what_is_filled_can_be_asked_in_both_languages() -> None:
    broken = deepcopy(DATA)
    broken["questions"][0]["en"] = " "
    with pytest.raises(QuestionnaireError, match="v: en is not what it should be"):
        fill(broken, VALUES)
