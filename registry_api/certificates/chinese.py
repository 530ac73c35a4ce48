"""Dates as Chinese offices write them, and labels of the forms of filing as the rules have them."""

from __future__ import annotations

import re
from datetime import date, datetime

from registry_api.kit.china import day_of

_SPACED = re.compile(r" ?(\d{4}) ?年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?日 ?")


def office_date(day: date | datetime | str) -> str:
    """Return ``2026年1月2日``: Arabic digits without padding (GB/T 9704—2012, 7.3.5.3). A time is a day in China."""
    if isinstance(day, str):
        day = date.fromisoformat(day)
    elif isinstance(day, datetime):
        day = day_of(day)
    return f"{day.year}年{day.month}月{day.day}日"


def close_dates(text: str) -> str:
    """Return a text with the blanks in and around its dates taken out."""
    return _SPACED.sub(r"\1年\2月\3日", text)
