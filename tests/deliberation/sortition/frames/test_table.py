"""The digest of a whole table, and which columns are seen as citizen service numbers."""

import csv
import io
import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.sortition.frames.table import FrameError, read_table, table_digest

WORDS = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters='"'), min_size=1, max_size=5)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(WORDS, min_size=width, max_size=width), min_size=1, max_size=6)
)


def content(header: list[str], rows: list[list[str]], separator: str = ";") -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerows([header, *rows])
    return out.getvalue().encode()


def digest(header: list[str], rows: list[list[str]], separator: str = ";") -> str:
    return table_digest(read_table(content(header, rows, separator)))


def names(width: int) -> list[str]:
    return [f"kolom {letter}" for letter in "abcd"[:width]]


@given(TABLES, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_does_not_change_the_digest(rows: list[list[str]], dice: random.Random) -> None:
    header = names(len(rows[0]))
    places = dice.sample(range(len(header)), len(header))
    moved = [[row[place] for place in places] for row in dice.sample(rows, len(rows))]
    assert digest([header[place] for place in places], moved, ",") == digest(header, rows)


@given(TABLES, st.data())
def test_any_change_of_one_cell_or_name_gives_another_digest(rows: list[list[str]], data: st.DataObject) -> None:
    header = names(len(rows[0]))
    row, column = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.integers(0, len(header) - 1))
    other = data.draw(WORDS)
    changed = [list(cells) for cells in rows]
    changed[row][column] = other
    plain, new = (unicodedata.normalize("NFC", cell) for cell in (rows[row][column], other))
    assert (digest(header, changed) == digest(header, rows)) == (plain == new)
    assert digest([*header[:-1], "een andere naam"], rows) != digest(header, rows)


@given(TABLES)
def test_a_row_more_or_less_gives_another_digest(rows: list[list[str]]) -> None:
    header = names(len(rows[0]))
    assert digest(header, [*rows, rows[0]]) != digest(header, rows)


def test_cells_do_not_run_into_each_other() -> None:
    assert digest(["a", "b"], [["12", "3"]]) != digest(["a", "b"], [["1", "23"]])
    assert digest(["a", "b"], [["1", "2"], ["3", "4"]]) != digest(["a", "b"], [["1", "4"], ["3", "2"]])
    assert digest(["a", "b"], [["1", ""]]) != table_digest(read_table(b"a;b\n1\n"))


def test_the_digest_is_what_its_description_says() -> None:
    from hashlib import sha256

    rows = sorted(sha256(line.encode()).digest() for line in ("x\x1fZo\u00eb", "y\x1fAn"))
    expected = sha256(sha256(b"id\x1fnaam").digest() + b"".join(rows)).hexdigest()
    assert table_digest(read_table("naam;id\nAn;y\nZoe\u0308;x\n".encode())) == expected


def test_rows_can_be_read_more_than_once() -> None:
    table = read_table(b"a;b\n1;2\n\n3;4\n")
    assert list(table.rows) == list(table.rows) == [(2, ["1", "2"]), (4, ["3", "4"])]
    assert len(table.rows) == 2


def proof(count: int) -> list[str]:
    """Numbers that pass the eleven-test."""
    made: list[str] = []
    for start in range(10_000_000, 10_001_000):
        rest = sum((9 - place) * int(digit) for place, digit in enumerate(str(start))) % 11
        if rest < 10 and len(made) < count:
            made.append(f"{start}{rest}")
    return made


FORMS = {
    "plain": "{n}",
    "with full stops": "{a}.{b}.{c}",
    "with spaces": "{a} {b} {c}",
    "with hyphens": "{a}-{b}-{c}",
    "with the apostrophe of a spreadsheet": "'{n}",
    "as a decimal": "{n}.0",
    "as a Dutch decimal": "{n},0",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_citizen_service_numbers_are_seen_in_every_form(form: str) -> None:
    cells = [form.format(n=n, a=n[:3], b=n[3:6], c=n[6:]) for n in proof(6)]
    with pytest.raises(FrameError, match="kolom ‘nummer’ lijken burgerservicenummers") as error:
        read_table(content(["nummer"], [[cell] for cell in cells]))
    assert not any(character.isdigit() for character in str(error.value))


@pytest.mark.parametrize(
    "name",
    ["BSN", "bsn_nr", "BSN-nummer", "B.S.N.", "Client BSN", "clientBSN", "Burgerservicenr", "burgerservicenummer",
     "Sofi-nummer", "SOFINR", "bsn (versleuteld)"],
)  # fmt: skip
def test_a_column_that_is_named_so_is_refused_when_it_is_filled(name: str) -> None:
    with pytest.raises(FrameError, match="burgerservicenummers"):
        read_table(content(["id", name], [["p1", "x"]]))
    assert read_table(content(["id", name], [["p1", ""]])).header == ("id", name)


@pytest.mark.parametrize("name", ["Filosofie", "websnelheid", "sofia", "Burgerservicecentrum"])
def test_a_name_that_only_looks_like_it_is_no_reason(name: str) -> None:
    assert len(read_table(content(["id", name], [["p1", "x"]])).rows) == 1


def test_one_date_in_every_row_is_no_column_of_citizen_service_numbers() -> None:
    # 20261111 with a zero in front passes the eleven-test
    assert len(read_table(content(["id", "peildatum"], [[f"p{n}", "20261111"] for n in range(40)])).rows) == 40
