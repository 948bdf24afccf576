"""Dates and times as letters in English have them. Numbers are few there, and look the same."""

from datetime import date, datetime

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


def format_date(day: date) -> str:
    """20 November 2026"""
    return dutch.format_date(day, MONTHS)


def format_day(day: date) -> str:
    """Friday 20 November"""
    return dutch.format_day(day, DAYS, MONTHS)


def format_moment(moment: datetime) -> str:
    """20 November 2026, 14:30"""
    return f"{format_date(moment)}, {dutch.local(moment):%H:%M}"
