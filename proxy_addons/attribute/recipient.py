"""Who receives what is sent to a host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyzer.catalogue.recipient_table import RecipientTable


@dataclass(frozen=True, slots=True)
class Recipient:
    """``sdk:<id>`` or the company's name, and the country of its seat; both `None` when unknown."""

    name: str | None
    country: str | None


def recipient_of(table: RecipientTable, host: str, target: str | None = None) -> Recipient:
    """Look ``host`` up, with path and query for self-hosted software.

    A shared cloud says who stores, nothing of the recipient: unknown. A row nobody has confirmed keeps its company with
    a question mark and never names an SDK.
    """
    rule = table.lookup(host, target)
    if rule is None or (rule.shared and rule.shape is None):
        return Recipient(None, None)
    company = rule.name.zh if rule.name is not None else rule.company
    if rule.suspected:
        return Recipient(f"{company} (?)" if company else None, rule.country)
    if rule.sdk and rule.known_sdk:
        return Recipient(f"sdk:{rule.sdk}", rule.country)
    return Recipient(company, rule.country)
