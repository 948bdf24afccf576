"""Dates and times as letters in English have them. Numbers are few there, and look the same."""

from datetime import date, datetime

from panel.web.dutch import local

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


def format_date(day: date) -> str:
    """20 November 2026"""
    if isinstance(day, datetime):
        day = local(day).date()
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def format_day(day: date) -> str:
    """Friday 20 November"""
    if isinstance(day, datetime):
        day = local(day).date()
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


def format_moment(moment: datetime) -> str:
    """20 November 2026, 14:30"""
    return f"{format_date(moment)}, {local(moment):%H:%M}"
