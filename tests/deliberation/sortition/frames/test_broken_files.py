"""Files as they really come: every one is read right, or answered by a sentence that says where and what to do."""

import csv
import io
from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.sortition.frames.columns import guess_mapping
from deliberation.sortition.frames.frame import Frame, read_frame
from deliberation.sortition.frames.table import FrameError, read_table

TODAY = date(2026, 11, 22)
HEADER = "id;naam;e-mail;straat;huisnummer;postcode;woonplaats;geboortedatum;geslacht;wijkcode;geheim"
CELLS = ("p1", "An Voorbeeld", "an@voorbeeld.example", "Dorpsstraat", "12", "1234 AB", "Voorbeeld", "1980-05-31", "V",
         "WK036301", "0")  # fmt: skip
ROW = ";".join(CELLS)
REMEDY = (
    "Gebruik", "Geef", "Kies", "Kijk", "Zet", "Verbeter", "Verwijder", "Voeg", "Vul", "Open", "Maak", "Sla",
    "Een wijkcode",
)  # fmt: skip


def read(content: bytes) -> Frame:
    return read_frame(content, guess_mapping(read_table(content).header), TODAY)


def lines(*given: str, header: str = HEADER) -> bytes:
    return "\n".join((header, *given)).encode()


def with_cell(column: str, value: str) -> bytes:
    """A file with a good row, and as its second row (row 3) one with this value."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    names = HEADER.split(";")
    row = dict(zip(names, CELLS, strict=True)) | {"id": "p2", column: value}
    writer.writerows([list(row), [*CELLS, *[""] * (len(row) - len(CELLS))], list(row.values())])
    return out.getvalue().encode()


@dataclass(frozen=True)
class Whole:
    """A file that cannot be read at all."""

    content: bytes
    words: str
    secret: str = "An Voorbeeld"


BSN = ("111222333", "123456782", "999999990", "999990019", "999990007", "999990020")
FILES = {
    "empty": Whole(b"", "leeg"),
    "a BOM only": Whole(b"\xef\xbb\xbf", "leeg"),
    "two BOMs only": Whole(b"\xef\xbb\xbf\xef\xbb\xbf", "leeg"),
    "blank lines only": Whole(b"\r\n \t\r\n", "leeg"),
    "only a header": Whole(lines(), "geen rijen"),
    "a header and blank rows": Whole(lines("", ";;;;;;;;;;", ""), "geen rijen"),
    "a blank first row": Whole(lines(HEADER, ROW, header=""), "eerste rij van het bestand is leeg"),
    "a first row of separators": Whole(lines(HEADER, ROW, header=";;;;"), "eerste rij van het bestand is leeg"),
    "no header": Whole(lines(ROW, header=ROW), "lijkt op een gewone rij"),
    "no header, a number first": Whole(lines("2;Bo", header="1;An Voorbeeld"), "lijkt op een gewone rij"),
    "no header, a number of nine digits": Whole(
        lines("p2;111222333", header="p1;111222333"), "lijkt op een gewone rij", "111222333"
    ),
    "a line for the spreadsheet": Whole(lines(HEADER, ROW, header="sep=;"), "‘sep=’"),
    "a title above the header": Whole(lines(HEADER, ROW, header="Uitdraai van de inwoners"), "eigen nummer"),
    "two columns of one name": Whole(lines("p1;a;b", header="id;naam;naam"), "‘naam’ komt meer dan één keer voor"),
    "names that differ in capitals": Whole(lines("p1;a;b", header="id;Naam;NAAM"), "meer dan één keer voor"),
    "no column for the id": Whole(lines("An Voorbeeld;a@b.example", header="naam;email"), "eigen nummer"),
    "no way to reach anybody": Whole(lines("p1;An Voorbeeld", header="id;naam"), "geen kolom met e-mailadressen"),
    "an address without a town": Whole(
        lines("p1;Dorpsstraat;1;1234AB", header="id;straat;huisnummer;postcode"),
        "niet alle vier",
        "Dorpsstraat",
    ),
    "a separator nobody uses": Whole(lines(ROW.replace(";", "^"), header=HEADER.replace(";", "^")), "eigen nummer"),
    "xlsx": Whole(b"PK\x03\x04\x14\x00\x06\x00" + b"\x00" * 100, "Excel"),
    "xls": Whole(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100, "Excel"),
    "pdf": Whole(b"%PDF-1.7\n%\xe2\xe3\n", "PDF"),
    "rtf": Whole(b"{\\rtf1\\ansi " + ROW.encode(), "RTF"),
    "gzip": Whole(b"\x1f\x8b\x08\x00", "ingepakt"),
    "a web page": Whole(f"<!DOCTYPE html><table><tr><td>{ROW}".encode(), "webpagina"),
    "xml with blanks before": Whole(f"\n  <?xml version='1.0'?><p>{ROW}</p>".encode(), "webpagina"),
    "json": Whole(b'[{"id": "p1", "naam": "An Voorbeeld"}]', "JSON"),
    "utf-16 little": Whole(lines(ROW).decode().encode("utf-16"), "UTF-16"),
    "utf-16 big": Whole(b"\xfe\xff" + lines(ROW).decode().encode("utf-16-be"), "UTF-16"),
    "utf-16 without a mark": Whole(lines(ROW).decode().encode("utf-16-le"), "Op regel 1 van het bestand staan nul"),
    "utf-32": Whole(lines(ROW).decode().encode("utf-32"), "UTF-16"),
    "a nul byte": Whole(lines(ROW, ROW.replace("An", "A\x00n")), "Op regel 3 van het bestand staan nul-bytes"),
    "a control character": Whole(lines(ROW.replace("An", "A\x07n")), "Op regel 2"),
    "an escape sequence": Whole(lines(ROW.replace("An", "\x1b[31mAn")), "Op regel 2"),
    "the mark of an end of file": Whole(lines(ROW, "\x1a"), "Op regel 3"),
    "neither UTF-8 nor Windows-1252": Whole(lines(ROW) + b"\np2;\x81\xff", "Regel 3 van het bestand"),
    "a quote that is not closed": Whole(lines(ROW, ROW.replace("An", '"An').replace("p1", "p2")), "In rij 3"),
    "a quote that closes rows later": Whole(lines('p1;"An Voorbeeld;a', 'p2;Bo";b', "p3;C;c", header="id;naam;email"),
                                            "In rij 2"),
    "a word behind a quote": Whole(lines('p1;"An" Voorbeeld;a@b.example', header="id;naam;email"), "In rij 2"),
    "a quote that is not closed in the header": Whole(lines(ROW, header=HEADER.replace("naam", '"naam')), "rij"),
    "a cell without end": Whole(lines(ROW, f"p2;{'x' * 140_000}"), "In rij 3", "xxx"),
    "citizen service numbers as id": Whole(
        lines(*(f"{n};a{n}@b.example" for n in BSN), header="id;email"), "‘id’ lijken burgerservicenummers", BSN[0]
    ),
    "citizen service numbers elsewhere": Whole(
        lines(*(f"p{n};a{n}@b.example;{n[:3]}.{n[3:6]}.{n[6:]}" for n in BSN), header="id;email;los"), "‘los’", BSN[0]
    ),
    "a column called so": Whole(lines("p1;a@b.example;verborgen", header="id;email;Client-BSN"), "BSN", "verborgen"),
}  # fmt: skip


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_a_file_that_cannot_be_read_is_answered_by_a_sentence_with_a_remedy(file: Whole) -> None:
    with pytest.raises(FrameError, match=file.words) as error:
        read(file.content)
    sentence = str(error.value)
    assert sentence.endswith(".")
    assert any(word in sentence for word in REMEDY), sentence
    assert file.secret not in sentence
    assert "p1" not in sentence


ROWS = {
    "no id": ("id", "", "missing_id"),
    "a full stop as id": ("id", " . ", "missing_id"),
    "an id twice": ("id", "p1", "duplicate_id"),
    "an id twice but for what is not seen": ("id", "\u200bp1\ufeff", "duplicate_id"),
    "an id rounded by a spreadsheet": ("id", "1,23E+08", "scientific"),
    "an id rounded, in English": ("id", "1.23457e+11", "scientific"),
    "an id without end": ("id", "9" * 90, "too_long"),
    "a formula as id": ("id", "=A1+1", "formula"),
    "a formula as name": ("naam", "=cmd|' /C calc'!A0", "formula"),
    "a formula with a plus": ("naam", "+cmd|' /C calc'!A0", "formula"),
    "a formula with an at": ("straat", "@SUM(A1)", "formula"),
    "a formula that failed": ("woonplaats", "#VERW!", "formula"),
    "a column that was too narrow": ("naam", "########", "formula"),
    "letters that were read wrong": ("naam", "JosÃ© Voorbeeld", "broken_letters"),
    "letters that were lost": ("straat", "Caf\ufffdstraat", "broken_letters"),
    "quotes that were read wrong": ("straat", "â€˜t Zand", "broken_letters"),
    "a name without end": ("naam", "Geheim" * 100, "too_long"),
    "a street without end": ("straat", "Geheim" * 100, "too_long"),
    "an addition without end": ("huisnummer", "12 aaaaaaaaaaaaaaaa", "house_number"),
    "an area without end": ("wijkcode", "Geheim" * 100, "too_long"),
    "a blank in an e-mail address": ("e-mail", "an voorbeeld@voorbeeld.example", "email"),
    "no at": ("e-mail", "an.voorbeeld.example", "email"),
    "two at": ("e-mail", "an@@voorbeeld.example", "email"),
    "two e-mail addresses": ("e-mail", "an@voorbeeld.example, bo@voorbeeld.example", "email"),
    "a name around an e-mail address": ("e-mail", "Bo <bo@voorbeeld.example>", "email"),
    "a link": ("e-mail", "mailto:bo@voorbeeld", "email"),
    "two dots": ("e-mail", "an..bo@voorbeeld.example", "email"),
    "a dot first": ("e-mail", ".an@voorbeeld.example", "email"),
    "an e-mail address without end": ("e-mail", "a" * 65 + "@voorbeeld.example", "email"),
    "a postcode of digits": ("postcode", "9876", "postcode"),
    "a postcode with a zero in front": ("postcode", "0987 AB", "postcode"),
    "a postcode that is never given out": ("postcode", "9876 SS", "postcode"),
    "a foreign postcode": ("postcode", "B-2000", "postcode"),
    "a negative house number": ("huisnummer", "-98", "house_number"),
    "house number nought": ("huisnummer", "0", "house_number"),
    "a house number in words": ("huisnummer", "tegenover de kerk", "house_number"),
    "a house number as decimal": ("huisnummer", "98,0", "house_number"),
    "a house number that became a date": ("huisnummer", "12-jan", "house_number"),
    "31 February": ("geboortedatum", "1981-02-31", "birth_date"),
    "American order": ("geboortedatum", "05/31/1981", "birth_date"),
    "two digits for the year": ("geboortedatum", "31-05-81", "birth_date"),
    "a date in words": ("geboortedatum", "31 mei 1981", "birth_date"),
    "a date as a number": ("geboortedatum", "29737", "serial_date"),
    "a date as a decimal": ("geboortedatum", "29737,5", "serial_date"),
    "born tomorrow": ("geboortedatum", "2026-11-23", "future_birth_date"),
    "born in 1800": ("geboortedatum", "1800-01-01", "birth_date"),
    "no birth date": ("geboortedatum", "", "age_missing"),
    "month 13": ("geboortedatum", "1981-13-01", "birth_date"),
    "an unknown gender": ("geslacht", "9", "gender"),
    "a gender in words": ("geslacht", "onzijdig", "gender"),
    "an area that lost its zero": ("wijkcode", "WK36301", "area"),
    "an area with a hyphen": ("wijkcode", "BU0363-0001", "area"),
    "an unknown flag": ("geheim", "9", "flag"),
    "a flag in words": ("geheim", "misschien", "flag"),
    "deceased, or not": ("overleden", "misschien", "flag"),
    "moved on no day": ("vertrokken", "32 mei", "flag"),
}


@pytest.mark.parametrize(("column", "value", "code"), ROWS.values(), ids=ROWS)
def test_a_wrong_cell_is_refused_with_row_column_and_remedy_and_never_repeated(
    column: str, value: str, code: str
) -> None:
    frame = read(with_cell(column, value))
    assert [person.id for person in frame.persons][:1] == ["p1"]
    (refusal,) = frame.refused
    assert (refusal.row, refusal.column, refusal.code) == (3, column, code)
    assert refusal.sentence.startswith(f"Rij 3, kolom {column}: ")
    assert refusal.sentence.endswith(".")
    assert any(word in refusal.sentence for word in REMEDY), refusal.sentence
    hidden = value.strip(" .0")
    assert not hidden or hidden not in refusal.sentence.removeprefix("Rij 3")


def test_an_age_class_across_the_minimum_is_refused_with_its_column() -> None:
    content = lines("p1;a@b.example;12-20", "p2;b@b.example;oud", "p3;c@b.example;40-20", "p4;d@b.example;-5",
                    header="id;email;leeftijd")  # fmt: skip
    refused = read(content).refused
    assert [(refusal.column, refusal.code) for refusal in refused] == [
        ("leeftijd", "age_unclear"), *[("leeftijd", "age_class")] * 3
    ]  # fmt: skip
    assert all(any(word in refusal.sentence for word in REMEDY) for refusal in refused)


@pytest.mark.parametrize(
    "row",
    [ROW + ";x", ROW.rpartition(";")[0], ROW.replace("An", "An; B."), ROW.replace(";", ","), "p2"],
    ids=["too long", "too short", "a separator in a cell", "another separator", "one cell"],
)
def test_a_row_of_another_length_is_refused_with_its_number(row: str) -> None:
    frame = read(lines(ROW, row.replace("p1", "p2")))
    (refusal,) = frame.refused
    assert (refusal.row, refusal.code, len(frame.persons)) == (3, "fields", 1)
    assert "Kijk of er een scheidingsteken" in refusal.sentence
    assert "An" not in refusal.sentence


def test_somebody_who_cannot_be_reached_is_refused_with_the_row() -> None:
    (refusal,) = read(lines(ROW.replace("an@voorbeeld.example", "").replace(";12;", ";;"))).refused
    assert (refusal.row, refusal.code) == (2, "unreachable")
    assert "Vul een e-mailadres in" in refusal.sentence


PLAIN = read(lines(ROW))
NASTY = {
    "a BOM": b"\xef\xbb\xbf" + lines(ROW),
    "two BOMs": b"\xef\xbb\xbf" * 2 + lines(ROW),
    "two BOMs and quotes": b"\xef\xbb\xbf" * 2 + lines(ROW, header='"id"' + HEADER[2:]),
    "lines of an old Mac": lines(ROW).replace(b"\n", b"\r"),
    "lines of Windows": lines(ROW).replace(b"\n", b"\r\n"),
    "empty lines at the end": lines(ROW, "", "", ";;;;;;;;;;", "  "),
    "empty columns at the end": lines(ROW + ";;;", header=HEADER + ";;;"),
    "empty columns in the header only": lines(ROW, header=HEADER + ";;;"),
    "empty columns in the row only": lines(ROW + ";;;"),
    "cells padded as Statistics Netherlands does": lines(";".join(f'"{cell:>24}  "' for cell in CELLS)),
    "padded names of columns": lines(ROW, header=" ; ".join(HEADER.split(";"))),
    "blanks that do not break": lines(ROW.replace("An Voorbeeld", "An\u00a0Voorbeeld")),
    "what is not seen": lines(ROW.replace("1234", "\u200b1234").replace("An", "\ufeffAn")),
    "quotes around everything": lines(";".join(f'"{cell}"' for cell in CELLS)),
    "tabs": lines(ROW).replace(b";", b"\t"),
    "commas": lines(ROW).replace(b";", b","),
    "bars": lines(ROW).replace(b";", b"|"),
    "a date with its midnight": lines(ROW.replace("1980-05-31", "1980-05-31 00:00:00")),
    "a date in Dutch order with its midnight": lines(ROW.replace("1980-05-31", "31-05-1980 0:00")),
    "full stops for what is missing": lines(ROW + ";.;.", header=HEADER + ";toevoeging;taal"),
    "a postcode and a number as people type them": lines(ROW.replace("1234 AB", "1234ab").replace("12;", "012;")),
    "a line break in a cell": lines(ROW.replace("An Voorbeeld", '"An\nVoorbeeld"')),
}  # fmt: skip


@pytest.mark.parametrize("content", NASTY.values(), ids=NASTY)
def test_a_nasty_file_that_can_be_read_is_read_right(content: bytes) -> None:
    assert read(content) == PLAIN


def test_accents_survive_windows_and_decomposed_letters() -> None:
    for content in ("José", "Jose\u0301"):
        assert read(lines(ROW.replace("An", content))).persons[0].name == "José Voorbeeld"
    assert read(lines(ROW.replace("An", "José")).decode().encode("cp1252")).persons[0].name == "José Voorbeeld"


def test_there_are_more_than_a_hundred_of_them() -> None:
    assert len(FILES) + len(ROWS) + len(NASTY) > 100


VALID = lines(*(ROW.replace("p1", f"p{number}") for number in range(4)))
PIECES = st.sampled_from(
    [b"", b";", b'"', b"\n", b"\r", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xe2\x80", b"=", b"0", b"\t"]
)


@given(st.lists(st.tuples(st.integers(0, len(VALID)), st.integers(0, 4), PIECES | st.binary(max_size=3)), max_size=8))
def test_a_file_damaged_anywhere_raises_nothing_but_a_frame_error(damage: list[tuple[int, int, bytes]]) -> None:
    content = VALID
    for place, length, piece in damage:
        content = content[:place] + piece + content[place + length :]
    _read_or_sentence(content)


@given(st.binary(max_size=200))
def test_random_bytes_raise_nothing_but_a_frame_error(content: bytes) -> None:
    _read_or_sentence(content)
    _read_or_sentence(lines(ROW) + content)


def _read_or_sentence(content: bytes) -> None:
    try:
        sentences = [refusal.sentence for refusal in read(content).refused]
    except FrameError as error:
        sentences = [str(error)]
    assert all(sentence.endswith(".") for sentence in sentences)
