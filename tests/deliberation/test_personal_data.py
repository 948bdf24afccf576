import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.personal_data import Mark, find_personal_data, is_bsn, is_iban


def found(text: str) -> list[tuple[str, str]]:
    return [(mark.kind, text[mark.start : mark.end]) for mark in find_personal_data(text)]


@pytest.mark.parametrize(
    ("text", "kind", "marked"),
    [
        ("Mail naar j.de-vries+wmo@voorbeeld.example.", "email", "j.de-vries+wmo@voorbeeld.example"),
        ("Bel 06-12345678 voor meer.", "phone", "06-12345678"),
        ("Bel 06 12 34 56 78!", "phone", "06 12 34 56 78"),
        ("Bel (020) 123 45 67.", "phone", "(020) 123 45 67"),
        ("Bel 030 - 1234567 2 keer", "phone", "030 - 1234567"),
        ("Bel +31 (0)6 1234 5678", "phone", "+31 (0)6 1234 5678"),
        ("Bel 0031612345678.", "phone", "0031612345678"),
        ("Bel +32 470 12 34 56", "phone", "+32 470 12 34 56"),
        ("Maak over op NL91 ABNA 0417 1643 00 van mij", "iban", "NL91 ABNA 0417 1643 00"),
        ("nl91abna0417164300", "iban", "nl91abna0417164300"),
        ("Mijn nummer is 111222333.", "bsn", "111222333"),
        ("Mijn bsn: 1234.56.782, ja", "bsn", "1234.56.782"),
        ("Ik woon op 1234 AB 12 en", "postcode", "1234 AB 12"),
        ("Ik woon op 1234ab, nr. 12-a.", "postcode", "1234ab, nr. 12-a"),
        ("Ik woon in de Dorpsstraat 12b.", "street", "Dorpsstraat 12b"),
        ("ik woon dorpsstraat 12", "street", "dorpsstraat 12"),
        ("Vroeger op Zandweg 7 gewoond", "street", "Zandweg 7"),
        ("bij Laan van Nieuw Voorbeeld 120 is", "street", "Laan van Nieuw Voorbeeld 120"),
        ("Volgens mevrouw De Vries klopt het", "name", "mevrouw De Vries"),
        ("Vraag dhr. J.P. van der Berg maar", "name", "dhr. J.P. van der Berg"),
        ("MEVROUW Jansen zegt", "name", "MEVROUW Jansen"),
        ("Vraag het A.B. Jansen", "name", "A.B. Jansen"),
        ("Mijn buurman heet Piet Jansen en helpt", "name", "Piet Jansen"),
        ("toen zei Fatima el Voorbeeld dat", "name", "Fatima el Voorbeeld"),
    ],
)
def test_personal_data_is_marked_where_it_stands(text: str, kind: str, marked: str) -> None:
    assert found(text) == [(kind, marked)]


@pytest.mark.parametrize(
    "text",
    [
        "De gemeente moet meer doen voor mensen met weinig geld.",
        "In 2019 en 3 jaar later was het 12.345.678,90 euro.",
        "De vergadering van 01-02-2026 10:30 is op 01/02/2026 1030.",
        "Bel gratis 0800-1234567.",
        "Ik ben onderweg 3 uur kwijt, in onze straat 12 keer.",
        "De Tweede Kamer en de Raad van State willen het, en het Rode Kruis ook.",
        "Ze woont in Den Haag. Jan is blij. Piet niet.",
        "Dat is artikel 2.1.3 van de Wmo 2015, en 123456789 is geen nummer.",
        "Postcode 1234 AB is niet genoeg, 1234 SS 12 bestaat niet.",
        "Rekening NL91 ABNA 9417 1643 01 klopt niet.",
        "Kies plan B. Het is beter.",
        "In de Dorpsstraat 3 weken lang",
        "",
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert find_personal_data(text) == []


def test_everything_in_one_text_is_found_in_order() -> None:
    text = "Mevrouw Jansen (06-12345678, x@y.example) woont aan de Kerkstraat 5, 1234 AB 5."
    assert [kind for kind, _ in found(text)] == ["name", "phone", "email", "street", "postcode"]


@given(st.text(alphabet="ab1 20@.-AB+NL(),;\nmevrouw'", max_size=200))
def test_marks_are_in_order_and_do_not_overlap(text: str) -> None:
    marks = find_personal_data(text)
    places = [place for mark in marks for place in (mark.start, mark.end)]
    assert places == sorted(places)
    assert all(0 <= mark.start < mark.end <= len(text) for mark in marks)


@given(st.text("abc ", max_size=30), st.text("abc ", max_size=30))
def test_an_address_is_found_whatever_stands_around_it(before: str, after: str) -> None:
    text = f"{before} naam@voorbeeld.example {after}"
    start = len(before) + 1
    assert Mark("email", start, start + len("naam@voorbeeld.example")) in find_personal_data(text)


@pytest.mark.parametrize(
    "piece",
    ["a", "1", "0", "A", "Aa ", "a.", "a-", "@", "a@a.", "1 ", "06-", "+31", "NL91", "NL91 ", "van ",
     "Jan van de ", "A.", "mevrouw ", "Straat 1", "1234AB ", "Laan van ", "straat", "A'", "a Aa-Aa ", " ", "é"],
)  # fmt: skip
def test_no_text_takes_long(piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    start = time.process_time()
    find_personal_data(text)
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize(
    ("digits", "passes"),
    [("111222333", True), ("123456782", True), ("123456789", False), ("000000000", False), ("12345678", False),
     ("१११२२२३३३", False)],
)  # fmt: skip
def test_the_eleven_test(digits: str, passes: bool) -> None:
    assert is_bsn(digits) is passes


def test_one_changed_digit_never_passes_the_eleven_test() -> None:
    for place in range(9):
        for digit in "0123456789":
            changed = "123456782"[:place] + digit + "123456782"[place + 1 :]
            assert is_bsn(changed) is (changed == "123456782")


@pytest.mark.parametrize(
    ("text", "passes"),
    [("GB82WEST12345698765432", True), ("DE89370400440532013000", True), ("GB82WEST12345698765433", False),
     ("NL91", False), ("NL91 ABNA 0417 1643 00", False)],
)  # fmt: skip
def test_the_checksum_of_an_iban(text: str, passes: bool) -> None:
    assert is_iban(text) is passes
