import re
from itertools import product

import pytest
from selectolax.lexbor import LexborHTMLParser

from panel.settings import TEMPLATES
from panel.web.templating import environment

CSS = (TEMPLATES / "static" / "samenspraak.css").read_text()
LIGHT, DARK = [dict(re.findall(r"--samenspraak-([\w-]+): (#\w{6});", part)) for part in CSS.split("@media", 2)[:2]]
WASHES = ["paper", "wash", "action-wash", "warm-wash", "error-wash", "warning-wash", "ok-wash"]
TEXT = [*product(["ink", "muted"], WASHES), *product(["action", "action-strong"], ["paper", "wash", "action-wash"])]
TEXT += [(kind, ground) for kind in ("error", "warning", "ok") for ground in ("paper", f"{kind}-wash")]
TEXT += [("on-action", "action"), ("on-action", "action-strong"), ("on-action", "error")]
EDGES = [("edge", "paper"), ("edge", "wash"), ("warm", "paper"), ("warm", "warm-wash")]
FORM = """
{% from "components.html" import error_summary, text_field, textarea_field, select_field, date_field, number_field,
   file_field, radio_group, checkbox_group, checkbox_field, likert_items, areas_with_direction, scale %}
{% set pick = {"a": "Een", "b": "Twee"} %}
{{ error_summary(errors) }}
{{ text_field("text", "Naam", hint="Zoals u heet.", error=errors.text) }}
{{ textarea_field("area", "Waarom?", hint="Kort.", error=errors.area, max_chars=500) }}
{{ select_field("select", "Soort", pick, error=errors.select) }}
{{ date_field("date", "Dag", error=errors.date) }}
{{ number_field("number", "Aantal", error=errors.number, min=1) }}
{{ file_field("file", "Bestand", error=errors.file) }}
{{ radio_group("radio", "Kies", pick, hint="Een.", error=errors.radio) }}
{{ checkbox_group("check", "Kies", pick, error=errors.check) }}
{{ checkbox_field("agree", "Gelezen", error=errors.agree) }}
{{ likert_items("items", "Helpt het?", {"x": "Wonen", "y": "Geld"}, pick, errors=errors) }}
{{ areas_with_direction("areas", "Waar?", pick, {1: "Goed", -1: "Slecht"}, {"b": 1}, errors=errors) }}
{{ scale("scale", "Welk cijfer?", error=errors.scale) }}
"""
SINGLE = ["text", "area", "select", "date", "number", "file", "radio", "check", "agree", "scale"]
ERRORS = {name: f"Kijk naar {name}." for name in [*SINGLE, "items_x", "items_y", "areas_a"]}


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def form(errors: dict[str, str]) -> LexborHTMLParser:
    known = dict.fromkeys(SINGLE, "") | errors
    source = FORM.replace("error_summary(errors)", "error_summary(shown)")
    return LexborHTMLParser(environment().from_string(source).render(errors=known, shown=errors))


def test_contrast_of_black_and_white_is_the_known_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_text_is_readable_on_every_ground_it_stands_on(tokens: dict[str, str]) -> None:
    weak = {pair: round(contrast(tokens[pair[0]], tokens[pair[1]]), 2) for pair in TEXT}
    assert not {pair: ratio for pair, ratio in weak.items() if ratio < 6.5}


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_edges_of_controls_are_seen(tokens: dict[str, str]) -> None:
    assert all(contrast(tokens[one], tokens[other]) >= 3 for one, other in EDGES)


def test_dark_mode_sets_every_colour_that_light_mode_sets() -> None:
    assert LIGHT.keys() == DARK.keys()


def test_the_stylesheet_is_small_and_fetches_nothing() -> None:
    assert len(CSS.encode()) < 30_000
    assert "url(" not in CSS
    assert "@import" not in CSS


def test_every_token_that_is_used_has_a_default() -> None:
    used = set(re.findall(r"var\((--[\w-]+)\)", CSS))
    assert used <= set(re.findall(r"(--[\w-]+):", CSS))


def test_nothing_moves() -> None:
    assert not re.search(r"transition|animation|scroll-behavior", CSS)


@pytest.mark.parametrize("errors", [{}, ERRORS], ids=["no errors", "errors"])
def test_every_control_has_its_words_and_no_id_occurs_twice(errors: dict[str, str]) -> None:
    page = form(errors)
    ids = [node.attributes["id"] for node in page.css("[id]")]
    assert len(ids) == len(set(ids))
    labelled = {node.attributes["for"] for node in page.css("label")}
    assert {node.attributes["id"] for node in page.css("input, select, textarea")} == labelled
    described = " ".join(node.attributes["aria-describedby"] or "" for node in page.css("[aria-describedby]")).split()
    assert set(described) <= set(ids)


def test_the_summary_leads_to_each_field_with_an_error_and_the_field_says_it_too() -> None:
    page = form(ERRORS)
    links = {node.attributes["href"] or "" for node in page.css("[role=alert] a")}
    assert links == {f"#field-{name}" for name in ERRORS}
    assert all(page.css_first(link) is not None for link in links)
    said = {node.attributes["id"]: node.text() for node in page.css(".utrecht-form-field-error-message")}
    assert said == {f"error-{name}": f"Fout: {sentence}" for name, sentence in ERRORS.items()}


def test_without_errors_nothing_is_marked_as_wrong() -> None:
    page = form({})
    assert not page.css("[aria-invalid], [role=alert]")


def test_mail_fetches_nothing() -> None:
    source = "".join(file.read_text() for file in (TEMPLATES / "mail").rglob("*.*"))
    assert not re.search(r"<(img|link|script|iframe)|url\(|@import|https?:", source)


def test_the_button_of_a_mail_shows_its_address_in_full() -> None:
    source = (
        '{% from "mail/elements.html" import button with context %}{% call button(address) %}Beginnen{% endcall %}'
    )
    links = LexborHTMLParser(
        environment().from_string(source).render(lang="nl", address="https://x.example/m/a?b=1&c=2")
    ).css("a")
    assert [link.text() for link in links] == ["Beginnen", "https://x.example/m/a?b=1&c=2"]
    assert {link.attributes["href"] for link in links} == {"https://x.example/m/a?b=1&c=2"}
