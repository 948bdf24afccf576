"""The form of a proposal: what was typed, right or wrong, and what is wrong with it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import astuple, fields
from datetime import date
from urllib.parse import urlsplit

from panel.proposals.dossier import KINDS, LAWS, MOST_VALUES, Claim, Dossier, English
from panel.proposals.questions import founding_values
from panel.web.dutch import MONTHS
from panel.web.forms import Fields
from panel.web.messages import sentence

MOST_INDICATORS, MOST_OF_INDICATOR = 8, 200
MOST_CLAIMS, MORE_CLAIMS = 60, 3  # rows, and how many more are shown each time
LENGTHS = {
    "title": 300,
    "question": 300,
    "summary": 6_000,
    "text": 150_000,
    "goal": 300,
    "why_this": 4_000,
    "why_so": 4_000,
    "works": 4_000,
    "better": 4_000,
    "monday": 4_000,
    "fixed": 4_000,
    "still_open": 4_000,
    "hardship": 4_000,
    "paperwork": 4_000,
    "sources": 10_000,
    "decides": 200,
}
CLAIM_LENGTHS = {"claim": 300, "source": 200, "link": 500, "date": 40}
ENGLISH_TEXTS = [field.name for field in fields(English) if field.name in LENGTHS]
ANY_LENGTH = 10**7
ROW = re.compile(rf"({'|'.join(CLAIM_LENGTHS)})_(\d{{1,4}})")
Errors = dict[str, str]  # field -> sentence


def as_typed(form: Fields) -> Dossier:
    """Nothing that was typed is lost when the form comes back. Rows in which nothing was typed close up."""
    return Dossier(
        kind=form.text("kind", ANY_LENGTH),
        values=tuple(form.get("values", ())),
        laws=tuple(form.get("laws", ())),
        indicators=_lines(form, "indicators"),
        claims=tuple(claim for claim in _rows(form) if any(astuple(claim))),
        english=English(
            indicators=_lines(form, "english_indicators"),
            **{name: form.text(f"english_{name}", ANY_LENGTH) for name in ENGLISH_TEXTS},
        ),
        **{name: form.text(name, ANY_LENGTH) for name in LENGTHS},
    )


def number_of_rows(form: Fields) -> int:
    return max((int(row[2]) for name in form if (row := ROW.fullmatch(name))), default=0)


def _rows(form: Fields) -> Iterator[Claim]:
    numbers = {int(row[2]) for name in form if (row := ROW.fullmatch(name))}
    for number in sorted(numbers):
        typed = {name: form.text(f"{name}_{number}", ANY_LENGTH) for name in CLAIM_LENGTHS}
        yield Claim(**typed | {"date": read_date(typed["date"]) or typed["date"]})


def _lines(form: Fields, name: str) -> tuple[str, ...]:
    lines = (line.strip(" -*") for line in form.text(name, ANY_LENGTH).splitlines())
    return tuple(line for line in lines if line)


def read_date(text: str) -> str:
    """A day as people write it here, or as computers do; in ISO, or nothing when it is no day."""
    words = text.lower().split()
    if len(words) == 3 and words[1] in MONTHS:
        words[1] = str(MONTHS.index(words[1]) + 1)
    numbers = words if len(words) == 3 else re.split(r"[-/.]", text)
    if len(numbers) != 3 or not all(number.isascii() and number.isdigit() for number in numbers):
        return ""
    year, month, day = numbers if len(numbers[0]) == 4 else reversed(numbers)
    try:
        return date(int(year), int(month), int(day)).isoformat() if len(year) == 4 else ""
    except (ValueError, OverflowError):
        return ""


def errors_in(dossier: Dossier) -> Errors:
    """By the name of the field, in the order of the form."""
    return dict(
        [
            *_wrong_texts(dossier),
            *_wrong_choices(dossier),
            *_wrong_indicators("indicators", dossier.indicators),
            *_wrong_claims(dossier.claims),
            *_wrong_english(dossier),
        ]
    )


def _wrong_texts(dossier: Dossier) -> Iterator[tuple[str, str]]:
    if not dossier.title:
        yield "title", sentence("form.empty")
    for name, most in LENGTHS.items():
        yield from _too_long(name, getattr(dossier, name), most)


def _too_long(field: str, text: str, most: int) -> Iterator[tuple[str, str]]:
    if len(text) > most:
        yield field, sentence("form.too_long", most=most, length=len(text))


def _wrong_choices(dossier: Dossier) -> Iterator[tuple[str, str]]:
    chosen: list[tuple[str, Iterable[str], Iterable[str]]] = [
        ("kind", [dossier.kind], KINDS),
        ("values", dossier.values, founding_values()),
        ("laws", dossier.laws, LAWS),
    ]
    yield from ((field, sentence("form.choice")) for field, given, known in chosen if not set(given) <= set(known))
    if len(dossier.values) > MOST_VALUES:
        yield "values", sentence("form.too_many", most=MOST_VALUES)


def _wrong_indicators(field: str, indicators: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if len(indicators) > MOST_INDICATORS:
        yield field, sentence("form.too_many", most=MOST_INDICATORS)
    yield from _too_long(field, max(indicators, key=len, default=""), MOST_OF_INDICATOR)


def _wrong_claims(claims: tuple[Claim, ...]) -> Iterator[tuple[str, str]]:
    for row, claim in enumerate(claims, 1):
        yield from ((f"{name}_{row}", wrong) for name, wrong in _wrong_claim(row, claim))
        for name, most in CLAIM_LENGTHS.items():
            yield from _too_long(f"{name}_{row}", getattr(claim, name), most)
    if len(claims) > MOST_CLAIMS:
        yield f"claim_{MOST_CLAIMS + 1}", sentence("claim.too_many", most=MOST_CLAIMS)


def _wrong_claim(row: int, claim: Claim) -> Iterator[tuple[str, str]]:
    if not claim.claim:
        yield "claim", sentence("claim.empty", row=row)
    if not claim.source:
        yield "source", sentence("claim.no_source", row=row)
    if not claim.date:
        yield "date", sentence("claim.no_date", row=row)
    elif not read_date(claim.date):
        yield "date", sentence("claim.date", row=row)
    if claim.link and not _is_link(claim.link):
        yield "link", sentence("claim.link", row=row)


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = text.isprintable() and not re.search(r"[\s<>\"\\]", text)
    return plain and parts.scheme in ("http", "https") and "." in host.strip(".") and "@" not in parts.netloc


def _wrong_english(dossier: Dossier) -> Iterator[tuple[str, str]]:
    for name in ENGLISH_TEXTS:
        yield from _too_long(f"english_{name}", getattr(dossier.english, name), LENGTHS[name])
    indicators = dossier.english.indicators
    yield from _wrong_indicators("english_indicators", indicators)
    if indicators and len(indicators) != len(dossier.indicators):
        yield (
            "english_indicators",
            sentence("form.other_number", dutch=len(dossier.indicators), english=len(indicators)),
        )
