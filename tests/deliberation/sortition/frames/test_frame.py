import csv
import io
import random
from datetime import date
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.sortition.frames.columns import guess_mapping
from deliberation.sortition.frames.frame import Frame, Person, Refusal, Rules, frame_digest, keyed_hash, read_frame
from deliberation.sortition.frames.table import FrameError, read_table

TODAY = date(2026, 11, 22)
ROW = {
    "id": "p1",
    "naam": "An Voorbeeld",
    "e-mail": "an@voorbeeld.example",
    "straat": "Dorpsstraat",
    "huisnummer": "12",
    "toevoeging": "",
    "postcode": "1234 AB",
    "woonplaats": "Voorbeeld",
    "geboortedatum": "1980-05-31",
    "geslacht": "V",
    "wijkcode": "WK036301",
    "geheim": "0",
}


def file(*rows: dict[str, str]) -> bytes:
    """A file of the row above with changes; a new column goes at the end."""
    names = [*ROW, *dict.fromkeys(name for row in rows for name in row if name not in ROW)]
    out = io.StringIO()
    writer = csv.DictWriter(out, names, delimiter=";", restval="")
    writer.writeheader()
    for number, row in enumerate(rows, start=1):
        writer.writerow({**ROW, "id": f"p{number}", **row})
    return out.getvalue().encode()


def read(content: bytes, rules: Rules | None = None) -> Frame:
    return read_frame(content, guess_mapping(read_table(content).header), TODAY, rules or Rules())


def one(**changes: str) -> Person:
    changes = {name.replace("_", "-"): value for name, value in changes.items()}
    frame = read(file(changes))
    assert frame.refused == ()
    (person,) = frame.persons
    return person


def refused(**changes: str) -> Refusal:
    changes = {name.replace("_", "-"): value for name, value in changes.items()}
    frame = read(file(changes))
    assert frame.persons == ()
    (refusal,) = frame.refused
    return refusal


def test_a_row_becomes_a_person_without_birth_date() -> None:
    person = one()
    assert person.id == "p1"
    assert person.email == "an@voorbeeld.example"
    assert (person.postcode, person.house_number, person.house_addition) == ("1234 AB", "12", None)
    assert (person.age_class, person.gender, person.area) == ("35–49", "V", "WK036301")
    assert person.address_key == "1234AB 12"
    assert "1980" not in repr(person)


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
def test_every_usual_form_of_csv_reads_the_same(
    separator: str, encoding: str, ending: str, quoting: Literal[0, 1]
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator=ending, quoting=quoting)
    writer.writerow(["id", "naam", "e-mail", "geslacht"])
    writer.writerow(["1", "José, de; Oude\t‘Van’", "j@voorbeeld.example", "m"])
    frame = read(out.getvalue().encode(encoding))
    assert frame.refused == ()
    assert frame.persons[0].name == "José, de; Oude ‘Van’"


def test_columns_that_we_do_not_know_do_not_matter() -> None:
    extra = {f"kolom {number}": "x" for number in range(3_000)}
    assert read(file(extra)).persons == read(file({})).persons


def test_blank_rows_are_skipped_but_counted() -> None:
    content = file({}, {"postcode": "12"}).replace(b"\r\np2", b"\r\n\r\n;;\r\np2")
    assert [refusal.row for refusal in read(content).refused] == [5]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (["Pseudoniem", "E-mailadres", "Huisnr.", "Wijk", "Wijkcode"],
         {"id": "Pseudoniem", "email": "E-mailadres", "house_number": "Huisnr.", "area": "Wijkcode"}),
        (["ID", "Voor naam", "Tussenvoegsel", "ACHTERNAAM", "Geboorte-datum", "indicatie geheim"],
         {"id": "ID", "first_name": "Voor naam", "infix": "Tussenvoegsel", "last_name": "ACHTERNAAM",
          "birth_date": "Geboorte-datum", "secrecy": "indicatie geheim"}),
        (["person_id", "gender", "age group", "zip code", "city", "neighbourhood", "language", "iets anders", ""],
         {"id": "person_id", "gender": "gender", "age_class": "age group", "postcode": "zip code", "city": "city",
          "area": "neighbourhood", "language": "language"}),
    ],
)  # fmt: skip
def test_a_mapping_is_proposed_from_dutch_and_english_names(header: list[str], expected: dict[str, str]) -> None:
    assert guess_mapping(header) == expected


def test_a_name_is_put_together_from_its_parts() -> None:
    content = b"id,voornaam,tussenvoegsel,achternaam,email\n1,An,van de,Voorbeeld,a@b.example\n2,,,,c@d.example\n"
    assert [person.name for person in read(content).persons] == ["An van de Voorbeeld", None]


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"postcode": "1234ab"}, "1234AB 12"),
        ({"postcode": " 1234  ab "}, "1234AB 12"),
        ({"huisnummer": "0012"}, "1234AB 12"),
        ({"huisnummer": "12a"}, "1234AB 12 A"),
        ({"huisnummer": "12-A"}, "1234AB 12 A"),
        ({"toevoeging": "a"}, "1234AB 12 A"),
        ({"huisletter": "A", "toevoeging": "2 hoog"}, "1234AB 12 A2HOOG"),
        ({"toevoeging": "bis."}, "1234AB 12 BIS"),
        ({"huisnummer": "12-3"}, "1234AB 12 3"),
        ({"huisnummer": ""}, None),
        ({"postcode": "."}, None),
    ],
)
def test_one_address_has_one_key_however_it_is_written(changes: dict[str, str], key: str | None) -> None:
    assert one(**changes).address_key == key


@pytest.mark.parametrize(
    ("birth_date", "age_class"),
    [
        ("2010-11-22", "16–24"), ("22-11-2010", "16–24"), ("20101122", "16–24"), ("2-1-2002", "16–24"),
        ("2001-11-23", "16–24"), ("2001-11-22", "25–34"), ("1951-11-23", "65–74"), ("1951-11-22", "75+"),
        ("1904-02-29", "75+"), ("19910000", "35–49"), ("1990-12-00", "35–49"),
    ],
)  # fmt: skip
def test_a_birth_date_becomes_an_age_class(birth_date: str, age_class: str) -> None:
    assert one(geboortedatum=birth_date).age_class == age_class


@pytest.mark.parametrize(
    ("cell", "age_class"),
    [("16-24", "16–24"), ("25 – 34 jaar", "25–34"), ("35 tot 50 jaar", "35–49"), ("75+", "75+"), ("18-34", "18–34"),
     ("75 jaar of ouder", "75+"), ("43", "35–49"), ("99", "75+")],
)  # fmt: skip
def test_an_age_class_or_age_can_be_given_instead(cell: str, age_class: str) -> None:
    assert one(geboortedatum="", leeftijdsklasse=cell).age_class == age_class
    assert one(leeftijdsklasse=cell).age_class == "35–49"


@pytest.mark.parametrize(
    ("changes", "code", "sentence"),
    [
        ({"id": ""}, "missing_id", "Rij 2, kolom id: het nummer ontbreekt."),
        ({"e_mail": "an@voorbeeld"}, "email", "Rij 2, kolom e-mail: dit is geen e-mailadres."),
        ({"e_mail": "an..b@voorbeeld.example"}, "email", "e-mail"),
        ({"e_mail": "a@b.example, c@d.example"}, "email", "e-mail"),
        ({"postcode": "12AB"}, "postcode",
         "Rij 2, kolom postcode: dit is geen postcode. Gebruik vier cijfers en twee letters, zoals 1234 AB."),
        ({"postcode": "0123AB"}, "postcode", "geen postcode"),
        ({"postcode": "1234SS"}, "postcode", "geen postcode"),
        ({"postcode": "Jansen"}, "postcode", "dit is geen postcode"),
        ({"huisnummer": "boot"}, "house_number", "dit is geen huisnummer"),
        ({"geboortedatum": "31-02-1980"}, "birth_date", "Rij 2, kolom geboortedatum: dit is geen geboortedatum."),
        ({"geboortedatum": "1880-01-01"}, "birth_date", "geen geboortedatum"),
        ({"geboortedatum": "05/31/1980"}, "birth_date", "geen geboortedatum"),
        ({"geboortedatum": "2026-11-23"}, "future_birth_date", "ligt in de toekomst"),
        ({"geboortedatum": ""}, "age_missing", "kolom geboortedatum: dit vak is leeg"),
        ({"geboortedatum": "", "leeftijdsklasse": "oud"}, "age_class", "niet te lezen"),
        ({"geboortedatum": "", "leeftijdsklasse": "12-20"}, "age_unclear", "onder en boven de 16 jaar"),
        ({"geslacht": "q"}, "gender", "Gebruik M, V of X"),
        ({"wijkcode": "WK0363"}, "area", "dit is geen volledige code"),
        ({"wijkcode": "BU036300010"}, "area", "geen volledige code"),
        ({"geheim": "misschien"}, "flag", "Gebruik J of N"),
        ({"geheim": "9"}, "flag", "Gebruik J of N"),
        ({"e_mail": "", "huisnummer": ""}, "unreachable", "Rij 2: er is geen e-mailadres en geen volledig postadres"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_refused_with_its_place_and_what_to_do(
    changes: dict[str, str], code: str, sentence: str
) -> None:
    refusal = refused(**changes)
    assert (refusal.row, refusal.code) == (2, code)
    assert sentence in refusal.sentence
    assert refusal.sentence.startswith("Rij 2")


def test_a_refusal_repeats_no_personal_data() -> None:
    secrets = ["Geheimenis", "geheim@fout", "Straatgeheim", "31-02-1981", "p-geheim"]
    content = "\n".join(
        [
            "id;naam;email;straat;geboortedatum;geslacht;postcode",
            f"1;{secrets[0]};{secrets[1]};{secrets[2]};1980-01-01;M;1234AB",
            f"2;{secrets[0]};;{secrets[2]};{secrets[3]};M;1234AB",
            f"3;a;;b;1980-01-01;{secrets[0]};1234AB",
            f"4;a;;b;1980-01-01;M;{secrets[0]}",
            f"5;a;;b;1980-01-01;M;{secrets[1]}",
            f"{secrets[4]};a;a@b.example;b;1980-01-01;M;",
            f"{secrets[4]};a;a@b.example;b;1980-01-01;M;",
        ]
    )
    frame = read(content.encode())
    assert len(frame.refused) == 6
    assert not [secret for secret in secrets if secret in repr(frame.refused)]


def test_the_second_of_two_equal_ids_is_refused() -> None:
    frame = read(file({"id": "x"}, {"id": " x "}, {"id": "y"}))
    assert [person.id for person in frame.persons] == ["x", "y"]
    assert [(refusal.row, refusal.code) for refusal in frame.refused] == [(3, "duplicate_id")]


def test_rows_with_too_many_or_too_few_cells_are_refused_but_blank_ones_at_the_end_are_fine() -> None:
    content = b"id,email\n1,a@b.example,\n2,a@b.example,x\n3\n"
    frame = read(content)
    assert [person.id for person in frame.persons] == ["1"]
    assert [(refusal.row, refusal.code, refusal.column) for refusal in frame.refused] == [
        (3, "fields", None),
        (4, "fields", None),
    ]


def test_either_an_address_or_an_e_mail_address_is_enough() -> None:
    assert one(e_mail=".").email is None
    assert one(straat="", huisnummer="", postcode="", woonplaats="").address_key is None


@pytest.mark.parametrize(
    ("cell", "area"),
    [("WK036301  ", "WK036301"), ("bu03630100", "BU03630100"), ("GM0363", "GM0363"), ("Gmünd-Noord", "Gmünd-Noord"),
     ("Buurt 3", "Buurt 3"), (".", None)],
)  # fmt: skip
def test_an_area_is_a_code_without_padding_or_a_name(cell: str, area: str | None) -> None:
    assert one(wijkcode=cell).area == area


@pytest.mark.parametrize(
    ("cell", "gender"), [("m", "M"), ("Man", "M"), ("v", "V"), ("VROUW", "V"), ("X", "X"), ("", None), (".", None)]
)
def test_gender_has_three_values_or_is_unknown(cell: str, gender: str | None) -> None:
    assert one(geslacht=cell).gender == gender


def test_everyone_who_may_not_be_drawn_is_counted_once_by_reason() -> None:
    rules = Rules(opted_out={"p1"}, recently_drawn={"p1", "p2"}, council_or_staff={"p3"})
    frame = read(
        file(
            {}, {}, {}, {"geheim": "7"}, {"geheim": "Ja", "id": "p1x"}, {"geboortedatum": "2010-11-23"},
            {"overleden": "J", "geboortedatum": "onbekend"}, {"overleden": "2025-01-01", "geheim": "1"},
            {"vertrokken": "ja"}, {"overleden": "0", "vertrokken": "nee"},
        ),
        rules,
    )  # fmt: skip
    assert frame.refused == ()
    assert frame.excluded == {
        "council_or_staff": 1, "deceased": 2, "moved": 1, "opted_out": 1, "recently_drawn": 1, "secrecy": 2,
        "under_age": 1,
    }  # fmt: skip
    assert [person.id for person in frame.persons] == ["p10"]


def test_those_left_out_can_be_named_by_keyed_hashes_alone() -> None:
    key = b"a key of the tests"
    rules = Rules(opted_out={keyed_hash("p1", key)}, council_or_staff={"p2"}, hash_key=key)
    frame = read(file({}, {}, {}), rules)
    assert frame.excluded == {"council_or_staff": 1, "opted_out": 1}
    assert "a key" not in repr(rules)


def test_the_minimum_age_is_a_rule() -> None:
    born = {"geboortedatum": "2012-01-01"}
    assert read(file(born)).excluded == {"under_age": 1}
    assert read(file(born), Rules(minimum_age=12)).persons[0].age_class == "0–15"
    assert read(file({"geboortedatum": ""}), Rules(minimum_age=0)).persons[0].age_class is None
    assert read(file({"geboortedatum": "", "leeftijdsklasse": "12-15"})).excluded == {"under_age": 1}


def test_without_any_column_for_age_the_age_is_unknown() -> None:
    assert read(b"id,email\n1,a@b.example\n").persons[0].age_class is None


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is leeg"),
        (b"\xef\xbb\xbf", "is leeg"),
        (b" \r\n \n", "is leeg"),
        (b"\n1,a@b.example\n", "eerste rij van het bestand is leeg"),
        (b"1,a@b.example\n2,c@d.example\n", "lijkt op een gewone rij"),
        (b"id,email\n", "Onder de kopregel staan geen rijen"),
        (b"naam,email\nA,a@b.example\n", "geen kolom met een eigen nummer"),
        (b"id,email,Email\n1,a@b.example,x\n", "‘email’ komt meer dan één keer voor"),
        (b"PK\x03\x04\x14\x00", "Excel"),
        (b"\xd0\xcf\x11\xe0\xa1", "Excel"),
        ("id,email\n1,a@b.example\n".encode("utf-16"), "UTF-16"),
        (b"id,email\n1,a@b\x00.example\n", "nul-bytes"),
        (b"id,email\n1,a@b\x07.example\n", "geen tekst"),
        (b"id,naam\n1,\xff\x81\n", "geen tekst in UTF-8 of Windows-1252"),
        (b'id,naam,email\n1,"A,a@b.example\n2,B,b@c.example\n', "In rij 2 staat een aanhalingsteken"),
        (b'id,naam,email\n1,A,a@b.example\n2,"B" C,b@c.example\n', "In rij 3 staat een aanhalingsteken"),
        (b'id,naam,email\n1,"A,a@b.example\n2,B",b@c.example\n3,C,\n', "In rij 2 staat een aanhalingsteken"),
    ],
)
def test_a_file_that_cannot_be_read_is_answered_by_one_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(FrameError, match=sentence):
        read(content)


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"id": "nummer"}, "‘nummer’ staat niet in het bestand"),
        ({"id": "id", "schoenmaat": "naam"}, "‘schoenmaat’ bestaat niet"),
        ({"id": "id", "name": "id"}, "twee keer gekozen"),
        ({"name": "naam"}, "geen kolom met een eigen nummer"),
    ],
)
def test_a_wrong_mapping_is_answered_by_one_sentence(mapping: dict[str, str], sentence: str) -> None:
    with pytest.raises(FrameError, match=sentence):
        read_frame(file({}), mapping, TODAY)


def test_a_cell_may_hold_a_line_break() -> None:
    frame = read(b'id,naam,email\n1,"A\nB",a@b.example\n2,C,c@d\n')
    assert frame.persons[0].name == "A B"
    assert frame.refused[0].row == 3


def numbers(count: int, *, passing: bool, seed: int = 1) -> list[str]:
    """Nine-digit numbers that all pass the eleven-test, or just random ones."""
    dice, made = random.Random(seed), list[str]()
    while len(made) < count:
        digits = f"{dice.randrange(10**8, 10**9)}"
        rest = sum((9 - place) * int(digit) for place, digit in enumerate(digits[:8])) % 11
        if not passing:
            made.append(digits)
        elif rest < 10:
            made.append(digits[:8] + str(rest))
    return made


@pytest.mark.parametrize("column", ["id", "kenmerk van de persoon"])
@pytest.mark.parametrize("form", ["{}", "{0:.4}.{0:.2}", " {} "])
def test_a_column_of_citizen_service_numbers_stops_the_import_without_repeating_one(column: str, form: str) -> None:
    found = numbers(6, passing=True)
    shapes = [f"{n[:4]}.{n[4:6]}.{n[6:]}" if "." in form else form.format(n) for n in found]
    with pytest.raises(FrameError, match=f"kolom ‘{column}’ lijken burgerservicenummers") as error:
        read(file(*({column: shape} for shape in shapes)))
    assert not any(character.isdigit() for character in str(error.value))


def test_a_zero_that_a_spreadsheet_dropped_hides_no_citizen_service_number() -> None:
    with pytest.raises(FrameError, match="burgerservicenummers"):
        read(file(*({"id": number} for number in ("12345672", "10000021", "10000045", "10000069", "10000082"))))


def test_a_column_called_bsn_stops_the_import_even_with_one_row() -> None:
    with pytest.raises(FrameError, match="burgerservicenummers"):
        read(file({"BSN": "1"}))


@pytest.mark.parametrize("seed", range(20))
def test_random_pseudonyms_of_nine_digits_are_no_citizen_service_numbers(seed: int) -> None:
    frame = read(file(*({"id": number} for number in numbers(50, passing=False, seed=seed))))
    assert len(frame.persons) == 50


def test_four_numbers_or_half_a_column_are_not_enough_to_stop() -> None:
    passing = numbers(5, passing=True)
    assert len(read(file(*({"id": number} for number in passing[:4]))).persons) == 4
    mixed = [*passing, *(f"p{number}" for number in range(5))]
    assert len(read(file(*({"id": number} for number in mixed))).persons) == 10


def test_the_digest_does_not_depend_on_the_order_or_form_of_the_file() -> None:
    rows = [{"id": f"é{number}", "naam": "Zoë"} for number in range(5)]
    frame = read(file(*rows))
    decomposed = file(*({**row, "id": row["id"].replace("é", "e\u0301")} for row in reversed(rows)))
    assert frame_digest(read(decomposed).persons) == frame_digest(frame.persons)
    assert frame_digest(frame.persons[:-1]) != frame_digest(frame.persons)


@pytest.mark.parametrize("column", ["id", "naam", "e-mail", "postcode", "huisnummer", "wijkcode", "geslacht"])
def test_any_other_value_gives_another_digest(column: str) -> None:
    other = {"id": "p9", "naam": "B", "e-mail": "b@c.example", "postcode": "1234AC", "huisnummer": "13",
             "wijkcode": "WK036302", "geslacht": "M"}  # fmt: skip
    changed = read(file({column: other[column]}))
    assert frame_digest(changed.persons) != frame_digest(read(file({})).persons)


@given(st.lists(st.lists(st.text(max_size=6), min_size=3, max_size=3), min_size=1, max_size=8))
def test_every_row_is_accepted_excluded_or_refused(cells: list[list[str]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(["id", "email", "geheim"])
    writer.writerows([f"p{number}", *row] for number, row in enumerate(cells))
    content = out.getvalue().encode()
    try:
        frame = read(content)
    except FrameError:
        return
    rows = len(read_table(content).rows)
    assert len(frame.persons) + sum(frame.excluded.values()) + len(frame.refused) == rows == len(cells)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_answered_by_a_sentence(content: bytes) -> None:
    try:
        frame = read(b"id,email\n" + content)
    except FrameError as error:
        sentences = [str(error)]
    else:
        sentences = [refusal.sentence for refusal in frame.refused]
    assert all(sentence.endswith(".") for sentence in sentences)


def test_extra_columns_are_kept_as_text_and_enter_the_digest() -> None:
    content = file({"opleiding": " hbo  of wo "}, {"opleiding": ""}, {"opleiding": "."})
    mapping = guess_mapping(read_table(content).header)
    found = read_frame(content, mapping, TODAY, extra=["opleiding"])
    assert [person.features for person in found.persons] == [("hbo of wo",), ("",), ("",)]
    plain = read_frame(content, mapping, TODAY)
    assert [person.features for person in plain.persons] == [(), (), ()]
    other = read_frame(content.replace(b"hbo", b"mbo"), mapping, TODAY, extra=["opleiding"])
    assert len({frame_digest(one.persons) for one in (found, plain, other)}) == 3


@pytest.mark.parametrize("extra", [["haarkleur"], ["wijkcode"], ["opleiding", "opleiding"]])
def test_an_extra_column_must_exist_and_be_used_once(extra: list[str]) -> None:
    content = file({"opleiding": "hbo"})
    with pytest.raises(FrameError, match="kolom"):
        read_frame(content, guess_mapping(read_table(content).header), TODAY, extra=extra)
