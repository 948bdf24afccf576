"""What a clerk looks at before the draw, and the figures of Statistics Netherlands beside it."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.sortition.frames.areas import area_population
from deliberation.sortition.frames.frame import Frame, Person, Refusal
from deliberation.sortition.frames.quality import UNKNOWN, Counts, Quality, count, quality, quality_of
from deliberation.sortition.frames.table import FrameError

CBS = (
    '\ufeff"Perioden";"Wijken en buurten";"Regiocode (gemeente, wijk, buurt) (code)";{column};"Hoog (%)"\r\n'
    '"2019";"Voorbeeld";"GM0363    ";"     900";"    49.5"\r\n'
    '"2019";"Oost";"WK036301  ";"     600";"    49.5"\r\n'
    '"2019";"West";"WK036302  ";"     300";"       ."\r\n'
    '"2019";"Haven";"WK036303  ";"       .";"       ."\r\n'
    '"2019";"Elders";"WK039901  ";"     500";"    49.5"\r\n'
)
INHABITANTS = CBS.format(column='"Bevolking/Aantal inwoners (aantal)"').encode()
HOUSEHOLDS = CBS.format(column='"Particuliere huishoudens (Aantal)"').encode()


def person(number: int, **changes: Any) -> Person:
    plain = Person(f"p{number}", None, "a@b.example", None, None, None, None, None, "35–49", "V", "WK036301", None,
                   f"1234AB {number}")  # fmt: skip
    return plain._replace(**changes)


def frame(persons: Sequence[Person], excluded: int = 0, refused: int = 0) -> Frame:
    refusals = tuple(Refusal(row, None, "fields", "x.") for row in range(refused))
    return Frame(tuple(persons), {"secrecy": excluded} if excluded else {}, refusals)


def remarks(persons: Sequence[Person], refused: int = 0, cbs: bytes | None = None) -> str:
    figures = area_population(cbs) if cbs else None
    counts = count(frame(persons, refused=refused))
    found = quality_of(counts, figures.counts if figures else None, bool(figures and figures.households))
    return " ".join(found.remarks)


def test_people_addresses_and_mail_are_counted() -> None:
    people = [
        person(1), person(2, address_key="1234AB 1", email=None), person(3, address_key=None),
        *(person(number, address_key="9999ZZ 1") for number in range(10, 18)),
    ]  # fmt: skip
    found = quality(frame(people, excluded=2, refused=3))
    counts = found.counts
    assert (counts.accepted, counts.excluded, counts.refused, counts.unknown_addresses) == (11, 2, 3, 1)
    assert (counts.with_email, found.email_share, found.known_addresses) == (10, 10 / 11, 10)
    assert [(row.size, row.addresses, row.people) for row in found.homes if row.addresses] == [
        ("2", 1, 2),
        ("7 of meer", 1, 8),
    ]
    assert [row.size for row in found.homes] == ["1", "2", "3", "4", "5", "6", "7 of meer"]
    assert (found.institutions, found.largest_home, found.coverage) == (0, 8, None)


def test_ages_go_from_young_to_old_and_the_unknown_come_last() -> None:
    ages = ("75+", None, "16–24", "100+", "25–34")
    found = quality(frame([person(n, age_class=age, gender="M" if n else None) for n, age in enumerate(ages)]))
    assert found.ages == ("16–24", "25–34", "75+", "100+", UNKNOWN)
    assert found.genders == ("M", UNKNOWN)


def test_areas_stand_beside_the_figures_of_their_own_kind_and_town() -> None:
    people = [person(n) for n in range(300)] + [person(n, area="WK036309") for n in range(300, 450)]
    found = quality(frame(people), area_population(INHABITANTS).counts)
    assert [(row.area, row.people, row.population, row.ratio) for row in found.areas] == [
        ("WK036301", 300, 600, 0.5),
        ("WK036302", 0, 300, 0.0),
        ("WK036309", 150, None, None),
    ]
    assert (found.missing_here, found.missing_there) == (("WK036302",), ("WK036309",))
    assert found.coverage == 0.5
    text = " ".join(found.remarks)
    assert "niemand staat in het bestand: WK036302." in text
    assert "kent het CBS niet, of er staat geen aantal bij: WK036309." in text
    assert "50 % van alle inwoners" in text


def test_households_are_compared_but_say_nothing_of_coverage() -> None:
    figures = area_population(HOUSEHOLDS)
    assert (figures.households, figures.column) == (True, "Particuliere huishoudens (Aantal)")
    found = quality_of(count(frame([person(1)])), figures.counts, households=True)
    assert found.coverage is None
    assert "huishoudens, geen inwoners" in " ".join(found.remarks)


@pytest.mark.parametrize(
    ("people", "words"),
    [
        ([], "niemand die kan worden geloot"),
        ([person(n, address_key=None if n < 8 else f"k{n // 2}") for n in range(100)], "Van 8 % van de mensen"),
        ([person(n, address_key="k" if n < 400 else f"k{n // 2}") for n in range(600)], "meer dan 20 mensen: 400."),
        ([person(n, address_key=f"k{n // 30}") for n in range(61)], "Op 2 adressen wonen meer dan 20 mensen, op het"),
        ([person(n) for n in range(100)], "al een steekproef"),
        ([person(n, age_class=None) for n in range(3)], "Van 100 % van de mensen is de leeftijd onbekend"),
        ([person(n, gender=None) for n in range(3)], "is het geslacht onbekend"),
        ([person(n, area=None) for n in range(3)], "is de wijk onbekend"),
    ],
)  # fmt: skip
def test_what_looks_odd_is_said(people: list[Person], words: str) -> None:
    assert words in remarks(people)


def test_a_frame_with_nothing_odd_gets_no_remark() -> None:
    people = [person(n, address_key=f"k{n // 2}") for n in range(520)]
    assert remarks(people) == ""
    assert "meer mensen in het bestand dan er wonen" in remarks(people * 2, cbs=INHABITANTS)
    assert "van de rijen is geweigerd" in remarks(people, refused=50)


def test_an_area_with_far_more_or_fewer_people_than_elsewhere_is_named() -> None:
    people = [person(n) for n in range(590)] + [person(n, area="WK036302") for n in range(600, 620)]
    assert "dan elders: WK036302." in remarks(people, cbs=INHABITANTS)


def test_names_of_areas_cannot_be_compared_and_that_is_said() -> None:
    assert "Dat kan alleen met codes" in remarks([person(1, area="Noord")], cbs=INHABITANTS)


def test_codes_and_numbers_of_statistics_netherlands_are_read_without_their_padding() -> None:
    figures = area_population(INHABITANTS)
    assert figures.counts == {"GM0363": 900, "WK036301": 600, "WK036302": 300, "WK039901": 500}
    assert (figures.column, figures.households) == ("Bevolking/Aantal inwoners (aantal)", False)


@pytest.mark.parametrize("name", ["a_inw", "AantalInwoners_5", "aantal inwoners", "Inwoners", "Totale bevolking"])
def test_the_column_of_inhabitants_is_known_by_the_names_it_goes_by(name: str) -> None:
    content = f"gwb_code;mannen;percentage inwoners;a_hh;{name}\nWK0363AA;5;10;3;1.200\n".encode()
    assert area_population(content).counts == {"WK0363AA": 1200}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"wijk;aantal inwoners\nOost;5\n", "geen kolom met codes"),
        (b"wijk;oppervlakte\nWK036301;5\n", "geen kolom met inwoners of huishoudens"),
        (b"wijk;inwoners\nWK036301;5\nWK036301;6\n", "WK036301 komt twee keer voor"),
        (b"", "leeg"),
    ],
)
def test_a_file_without_figures_is_answered_by_a_sentence(content: bytes, words: str) -> None:
    with pytest.raises(FrameError, match=words):
        area_population(content)


SMALL = st.integers(0, 50)


@given(
    st.dictionaries(st.integers(1, 60), SMALL),
    st.dictionaries(st.tuples(st.sampled_from(["16–24", "75+", UNKNOWN]), st.sampled_from(["M", UNKNOWN])), SMALL),
    st.dictionaries(st.sampled_from(["WK036301", "WK036302", "BU03630101", "Noord", UNKNOWN]), SMALL),
    st.dictionaries(st.sampled_from(["WK036301", "WK036302", "GM0363"]), SMALL),
    st.booleans(),
)
def test_any_counts_give_sentences_and_shares_that_add_up(
    homes: dict[int, int], groups: dict[tuple[str, str], int], areas: dict[str, int], population: dict[str, int],
    households: bool,
) -> None:  # fmt: skip
    found: Quality = quality_of(Counts(0, 0, 0, 0, homes, groups, areas), population, households)
    assert sum(row.people for row in found.homes) == sum(size * number for size, number in homes.items())
    assert sum(row.addresses for row in found.homes) == sum(homes.values())
    assert sum(row.people for row in found.areas) == sum(areas.values())
    assert all(remark.endswith(".") for remark in found.remarks)
