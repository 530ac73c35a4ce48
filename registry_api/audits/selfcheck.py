"""A provider's look at its own package before handing it in: the same report, and nothing of it goes on record."""

from __future__ import annotations

import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from analyzer.model import Facts, UnreadableInputError
from registry_api.errors import FieldError, RegistryError
from registry_api.registry import Registry
from registry_api.storage.models import Upload

_ONE_AT_A_TIME = threading.BoundedSemaphore(1)
"""Of one server process: an analysis takes all of a core, and audits that count go first."""


def check_package(registry: Registry, upload: Upload, policy: Upload | None, document: dict[str, Any] | None) -> Any:
    """Return the report of an uploaded package with policy and draft. It may take minutes.

    Raises ``invalid`` for a file that is no package, ``unavailable`` while another check runs.
    """
    if not _ONE_AT_A_TIME.acquire(blocking=False):
        raise RegistryError(
            "unavailable",
            "另一个自查正在进行，请稍后再试 / another check is running; try again later",
            headers={"Retry-After": "60"},
        )
    try:
        with TemporaryDirectory() as folder:
            static = registry.analysis.extract(_named(registry, upload, Path(folder), "app"))
            words = registry.analysis.read_policy(_named(registry, policy, Path(folder), "policy")) if policy else None
        filing = registry.analysis.filing_facts(document) if document else None
        return registry.analysis.report_of(Facts(static=static, policy=words, filing=filing))
    except UnreadableInputError as error:
        raise RegistryError(
            "invalid",
            f"{error.path.rsplit('/', 1)[-1]}: {error.why}",
            [FieldError("/artifact_upload", "unreadable", f"文件无法作为应用包读取 / cannot be read: {error.why}")],
        ) from None
    finally:
        _ONE_AT_A_TIME.release()


def _named(registry: Registry, upload: Upload, folder: Path, stem: str) -> Path:
    """Return a path to the blob whose ending says what kind of file it is: readers go by it."""
    name = folder / (stem + Path(upload.name).suffix[:10])
    name.symlink_to(registry.blobs.path(upload.blob_sha256).resolve())
    return name
