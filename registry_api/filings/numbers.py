"""Filing numbers ``教APP备`` + two digits of the province + five-digit serial + ``号``, without gaps.

The serial is a row that is locked until the commit: a number that was not committed was never given out.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry_api.db import insert_missing
from registry_api.errors import RegistryError
from registry_api.filings.models import FilingNumber

LAST_SERIAL = 99_999


def next_number(session: Session, province: str) -> str:
    """Give out the next number of a province in the caller's transaction."""
    connection = session.connection()
    table = FilingNumber.__table__  # type: ignore[attr-defined]
    insert_missing(session, FilingNumber, province=province, last=0)
    connection.execute(sa.update(table).where(table.c.province == province).values(last=table.c.last + 1))
    serial = session.exec(select(col(FilingNumber.last)).where(FilingNumber.province == province)).one()
    if serial > LAST_SERIAL:
        raise RegistryError("conflict", f"province {province} has used all {LAST_SERIAL} numbers")
    return f"教APP备{province}{serial:05d}号"
