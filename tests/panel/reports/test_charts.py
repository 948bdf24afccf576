import xml.etree.ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from panel.reports import charts
from panel.reports.charts import Bar, Column, Dot, Group, Part


def dot(label: str, share: float | None = 0.4) -> Dot:
    return Dot(label, share, share and share - 0.05, share and share + 0.05, "40 %", "35–45 %", "te weinig mensen")


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]  # noqa: S314 - our own


def test_a_chart_has_the_same_bytes_every_time_and_nothing_that_two_charts_share() -> None:
    svg = charts.dots([dot("Aannemen"), dot("Veranderen", None)])

    assert svg == charts.dots([dot("Aannemen"), dot("Veranderen", None)])
    assert " id=" not in svg
    assert "url(#" not in svg
    assert "<metadata" not in svg


def test_labels_and_figures_stand_in_the_chart_as_text() -> None:
    told = texts(charts.dots([dot("Het plan aannemen"), dot("Geen mening", None)]))

    assert {"Het plan aannemen", "40 %", "35–45 %", "Geen mening", "te weinig mensen"} <= set(told)


@settings(deadline=None, max_examples=25)
@given(st.text(max_size=300))
def test_any_label_gives_a_chart_that_can_be_read(label: str) -> None:
    assert texts(charts.dots([dot(label.replace("\0", " "))])) is not None


def test_every_kind_of_chart_survives_having_nothing_to_show() -> None:
    empty = Bar("Iets", (), (), (), "te weinig mensen")
    assert "te weinig mensen" in texts(charts.diverging([empty, empty], []))
    assert charts.diverging([Bar("Iets", (), (), ())], [])
    assert charts.dots([])
    assert "niets" in texts(charts.groups([Group("Noord", (), "niets")], []))
    assert charts.columns([Column("1", None, "–")], None, 1, 1, "")


def test_parts_of_a_bar_carry_their_figure_when_there_is_room() -> None:
    wide, thin = Part("Goed", "#1b3f7d", 0.6, "60 %"), Part("Slecht", "#8f3b00", 0.02, "2 %")
    told = texts(charts.diverging([Bar("A", (thin,), (wide,), ()), Bar("B", (), (wide,), ())], []))
    assert "60 %" in told
    assert "2 %" not in told


def test_what_the_font_lacks_becomes_one_box_and_other_scripts_stay() -> None:
    assert charts.printable("Mooi 👩\u200d👩\u200d👧🏽!") == "Mooi □!"
    assert charts.printable("مرحبا שלום ё é €") == "مرحبا שלום ё é €"
    assert charts.printable("漢字") == "□"


def test_the_crowd_has_a_dot_for_everyone_until_there_are_too_many() -> None:
    assert charts.crowd(3, 10).count("<circle") == 10
    assert charts.crowd(3, 10).count("#173f77") == 3
    assert charts.crowd(0, 0).count("<circle") == 0
    assert charts.crowd(1000, 10_000).count("<circle") <= 900
