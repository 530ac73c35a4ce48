"""Numbers of notices ``教APP整改〔2026〕31-0007号``, without gaps: the serial is locked until the commit."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Session, select

import analyzer
from registry_api.db import insert_missing
from registry_api.notices.models import Notice, NoticeSerial


def next_notice_number(session: Session, notice: Notice, year: int) -> str:
    """Give out the next number of a kind, province and year in the caller's transaction."""
    table = NoticeSerial.__table__  # type: ignore[attr-defined]
    key = {"kind": notice.kind, "province": notice.province, "year": year}
    insert_missing(session, NoticeSerial, **key, last=0)
    mine = sa.and_(*(table.c[name] == value for name, value in key.items()))
    session.connection().execute(sa.update(table).where(mine).values(last=table.c.last + 1))
    serial = session.exec(select(table.c.last).where(mine)).one()
    template = analyzer.notice_templates().get(notice.kind)
    mark = template.mark if template is not None else notice.kind
    return f"{mark}〔{year}〕{notice.province}-{serial:04d}号"
