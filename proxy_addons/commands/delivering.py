"""Hands facts to the registry: to the spool first, then over the network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.model import EduauditError

from .options import open_spool, warn

if TYPE_CHECKING:
    from analyzer.model import TrafficFacts


def deliver(
    facts: TrafficFacts,
    app: str,
    registry: str | None,
    key: str | None,
    folder: Path | None,
    capture: Path | None = None,
) -> None:
    """Spool the facts, then try to send everything that waits for this registry.

    When they cannot be spooled, the error says how they come from the ``capture`` again.
    """
    if not registry or not key:
        return
    store = open_spool(folder)
    try:
        store.put(facts, registry, app)
    except EduauditError as error:
        if capture is None:
            raise
        again = f"eduaudit traffic replay {capture} --app {app} --registry {registry}"
        raise EduauditError(f"{error}；录制文件完好，可重试 / the capture is whole, try again: {again}") from error
    for one in store.send_all(key, registry=registry):
        words = {
            "sent": "已送达 / delivered",
            "kept": "暂存待重试 / kept, will be tried again",
            "rejected": "被拒绝 / rejected",
        }
        warn(f"{words[one.outcome]}: {one.entry.package}: {one.answer}")
