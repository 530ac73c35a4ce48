"""A notice on paper: title, document number, addressee, body, date, as Chinese offices write them."""

from __future__ import annotations

import re
from typing import Any

from registry_api.certificates.chinese import close_dates, office_date
from registry_api.certificates.sheet import Sheet, build

_PROBLEM = re.compile(r"\d+\. ")


def notice_pdf(notice: dict[str, Any], issued: str | None, organ: str) -> bytes:
    """Return the PDF of a notice as `notices.endpoints.show_notices` shows it.

    ``issued`` is the day of issue in China, `None` of a draft, which is marked as one; ``organ`` signs.
    """
    sheet = Sheet()
    title = (notice["title"] or {}).get("zh") or notice["kind"]
    story = [sheet.text(title, "title"), sheet.text(notice["number"] or "（草稿，未编号）", "number")]
    for block in close_dates(notice["body"]).split("\n\n"):
        story += _block(sheet, block)
    if notice["basis"]:
        story.append(sheet.text(f"依据：{close_dates(notice['basis'])}"))
    if notice["due_on"]:
        provisional = "（暂定，以节假日安排公布后的重新计算为准）" if notice["due_provisional"] else ""
        story.append(
            sheet.text(f"办理期限：{notice['term']} 个工作日，{office_date(notice['due_on'])}到期{provisional}。")
        )
    story += [sheet.text("\n" + organ, "right"), sheet.text(office_date(issued) if issued else "（未发出）", "right")]
    return build(
        story,
        title=f"{title} {notice['number'] or ''}".strip(),
        font=sheet.font,
        foot=f"由备案登记平台生成 · 文书编号 {notice['number'] or notice['id']}".replace("\n", " ")[:90],
    )


def _block(sheet: Sheet, block: str) -> list[Any]:
    """Return the paragraphs of a block: addressee flush, a problem with its clauses and evidence, else body."""
    lines = block.split("\n")
    if _PROBLEM.match(lines[0]):
        return [sheet.text(lines[0], "item"), *(sheet.text(line.strip(), "detail") for line in lines[1:])]
    return [sheet.text(line, "flush" if line.rstrip().endswith("：") else "body") for line in lines if line.strip()]
