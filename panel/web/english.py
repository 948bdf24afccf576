"""English: of what is written in Dutch, and of dates, times and numbers."""

from datetime import date, datetime
from functools import cache

import yaml

from panel.settings import TEMPLATES
from panel.web import dutch

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def translated(text: str) -> str:
    """The English of a text from a template or of a message. KeyError when nobody wrote it."""
    return catalogue()[text]


@cache
def catalogue() -> dict[str, str]:
    texts: dict[str, str] = yaml.safe_load((TEMPLATES / "english.yaml").read_text())
    return texts


def format_date(day: date) -> str:
    """20 November 2026"""
    return dutch.format_date(day, MONTHS)


def format_day(day: date) -> str:
    """Friday 20 November"""
    return dutch.format_day(day, DAYS, MONTHS)


def format_moment(moment: datetime) -> str:
    """20 November 2026, 14:30"""
    return f"{format_date(moment)}, {dutch.local(moment):%H:%M}"


def format_number(number: float, decimals: int = 0) -> str:
    """1,234.5"""
    return f"{number:,.{decimals}f}"
