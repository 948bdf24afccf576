"""Dates, times and numbers as people write them here."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONTHS = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)
DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")


def local(moment: datetime) -> datetime:
    return moment.astimezone(AMSTERDAM)


def today() -> date:
    return datetime.now(AMSTERDAM).date()


def _local_date(day: date) -> date:
    return local(day).date() if isinstance(day, datetime) else day


def format_date(day: date, months: Sequence[str] = MONTHS) -> str:
    """20 november 2026"""
    day = _local_date(day)
    return f"{day.day} {months[day.month - 1]} {day.year}"


def format_day(day: date, days: Sequence[str] = DAYS, months: Sequence[str] = MONTHS) -> str:
    """vrijdag 20 november"""
    day = _local_date(day)
    return f"{days[day.weekday()]} {day.day} {months[day.month - 1]}"


def format_moment(moment: datetime) -> str:
    """20 november 2026, 14.30 uur"""
    return f"{format_date(moment)}, {local(moment):%H.%M} uur"


def format_number(number: float, decimals: int = 0) -> str:
    """1.234,5"""
    text = f"{number:,.{decimals}f}"
    return text.translate(str.maketrans(",.", ".,"))
