"""The text of a proposal in parts that fold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.proposals.articles import articles

LINES = [
    *(
        "",
        " ",
        "\t",
        "tekst",
        "Artikel 1 Doel",
        "Artikel 2. Wie?",
        "**Artikel 3**",
        "Artikel 4 van de wet.",
        "Hoofdstuk II",
    ),
    *("# Kop", "## ", "###### Zes *keer* `x` ##", "#geen", "Kop", "===", "---", "- punt", "> citaat", "1. een"),
    *(
        "```",
        "~~~",
        "    # code",
        "| a | b |",
        "|---|---|",
        "<div>",
        "<!--",
        "-->",
        "[a]",
        "[a]: https://voorbeeld.example",
        "\\",
    ),
]
TEXTS = st.text(st.characters(codec="utf-8")) | st.lists(
    st.tuples(st.sampled_from(LINES), st.sampled_from(["\n", "\r\n", "\r", "\n\n", ""])).map("".join), max_size=30
).map("".join)


@given(TEXTS)
def test_all_parts_together_are_the_text_as_it_was_written(text: str) -> None:
    parts = articles(text)
    assert "".join(part.heading + part.text for part in parts) == text
    first, *others = parts
    for part in others:
        assert part.title, "only what stands before the first heading has no title"
        assert part.heading.strip()
    assert bool(first.title) == bool(first.heading)


TITLES = st.from_regex(r"[A-Z][a-z]{2,9}( [a-z]{2,9}){0,3}", fullmatch=True)
BODIES = st.from_regex(r"[A-Z][a-z]{2,9}( [a-z]{2,9}){0,9}\.", fullmatch=True)
STYLES = ("# {}", "### {}", "## {} ##", "{}\n===", "{}\n---")


@given(st.lists(st.tuples(st.sampled_from(STYLES), TITLES, BODIES), min_size=1, max_size=45), BODIES | st.just(""))
def test_every_heading_is_a_part_with_its_own_text(chapters: list[tuple[str, str, str]], before: str) -> None:
    text = before + "\n\n" + "\n\n".join(f"{style.format(title)}\n\n{body}" for style, title, body in chapters)
    parts = articles(text)
    expected = [("", before)] * bool(before) + [(title, body) for _, title, body in chapters]
    assert [(part.title, part.text.strip()) for part in parts] == expected


@given(st.lists(st.tuples(TITLES, BODIES), min_size=1, max_size=45))
def test_a_text_without_headings_is_parted_at_its_articles(chapters: list[tuple[str, str]]) -> None:
    """As it comes out of a word processor: a line for the article, and its text right below it."""
    text = "\n".join(f"Artikel {place} {title}\n{body}" for place, (title, body) in enumerate(chapters, 1))
    expected = [(f"Artikel {place} {title}", body) for place, (title, body) in enumerate(chapters, 1)]
    assert [(part.title, part.text.strip()) for part in articles(text)] == expected


@pytest.mark.parametrize(
    "line",
    [
        "Artikel 3",
        "Artikel 3.",
        "Artikel 3a Wie?",
        "Artikel 3:4. Wie?",
        "**Artikel 3. Wie?**",
        "Hoofdstuk IV. Geld",
        "Bijlage 1",
    ],
)
def test_a_line_that_names_an_article_is_a_heading(line: str) -> None:
    assert [part.title for part in articles(f"Tekst.\n{line}\nTekst.")] == ["", line.strip("*")]


@pytest.mark.parametrize(
    "text",
    [
        "Zo staat het in\nArtikel 3 van de wet.",
        "Zie\nArtikel 3 Wmo 2015,\nArtikel 4 Wmo 2015.",
        "```\n# geen kop\nArtikel 3 Wie?\n```",
        "- een lijst\n  ## met een kop\n- en nog iets",
        "> Artikel 3 Wie?",
        "Artikel " + "3" * 120,
        "## \n\nEen kop zonder woorden.",
    ],
)
def test_a_sentence_a_quote_and_a_list_are_no_heading(text: str) -> None:
    assert [(part.title, part.text) for part in articles(text)] == [("", text)]


def test_a_text_with_addresses_elsewhere_stays_in_one_piece_so_that_its_links_work() -> None:
    text = "# Een\n\nZie [de wet].\n\n# Twee\n\n[de wet]: https://voorbeeld.example/wet\n"
    assert [part.text for part in articles(text)] == [text]
