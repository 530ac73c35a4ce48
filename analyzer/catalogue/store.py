"""The compiled catalogue in the user's cache folder: plain JSON, named by content, never trusted when it looks wrong.

A manifest per rules folder says which content a set of (path, size, times) had; when it fits, no rule file is opened.
The content hash is the truth: whenever the manifest does not fit, every file is hashed again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

# A file changed within the clock tick of its last change cannot be told from the old one by its times.
_SETTLED_NS = 2_000_000_000
_KEPT = 6
_CODE = Path(__file__).parent

Compiled = Mapping[str, bytes]
"""Family → its bytes, as `parse` of `load_compiled` made them."""


def rule_paths(root: Path) -> list[tuple[str, os.stat_result]]:
    """Return (path relative to ``root`` with slashes, status) of all rule files, sorted by path."""
    found: list[tuple[str, os.stat_result]] = []
    folders = [("", str(root))]
    while folders:
        prefix, folder = folders.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith((".", "__pycache__")):
                    continue
                if entry.is_dir():
                    folders.append((f"{prefix}{entry.name}/", entry.path))
                else:
                    found.append((prefix + entry.name, entry.stat()))
    found.sort(key=lambda item: item[0])
    return found


def content_hash(root: Path, paths: list[str]) -> str:
    """Return the SHA-256 over (path, bytes) of the files in the order given, as hex."""
    digest = hashlib.sha256()
    for path in paths:
        data = (root / path).read_bytes()
        digest.update(f"{path}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def _status_hash(found: list[tuple[str, os.stat_result]]) -> str:
    text = "\n".join(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\0{stat.st_ctime_ns}" for path, stat in found)
    return hashlib.sha256(text.encode()).hexdigest()


def private_folder(name: str) -> Path | None:
    """Return a private folder of the user's cache, made if need be; `None` where there is none that can be trusted."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    try:
        parent = Path(base) if Path(base).is_absolute() else Path.home() / ".cache"
        folder = parent / "eduaudit" / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
    except (OSError, RuntimeError):
        return None
    if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & 0o022):
        # Someone else could plant something here.
        return None
    return folder


def cache_folder() -> Path | None:
    """Return the private folder for compiled rules; see `private_folder`."""
    return private_folder("rules")


def _read(path: Path, key: str) -> Compiled | None:
    """Read a compiled file; `None` when it is missing, cut, altered or of other content."""
    try:
        head, _, body = path.read_bytes().partition(b"\n")
        header = json.loads(head)
        if header["key"] != key or header["sha256"] != hashlib.sha256(body).hexdigest():
            return None
        lengths = dict(header["families"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    compiled, start = {}, 0
    for name, length in lengths.items():
        compiled[name] = body[start : start + length]
        start += length
    return compiled


def _write(path: Path, data: bytes) -> None:
    """Write a file so that other processes see all of it or none; a full or read-only disk is no error."""
    import tempfile  # noqa: PLC0415  # a start from the cache writes nothing

    with contextlib.suppress(OSError):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise


def _prune(folder: Path) -> None:
    """Keep the newest compiled files only."""
    with contextlib.suppress(OSError):
        files = sorted(folder.glob("rules-*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in files[_KEPT:]:
            path.unlink(missing_ok=True)


def load_compiled(root: Path, parse: Callable[[Path], Compiled]) -> tuple[str, Compiled]:
    """Return (rules version: 16 hex digits, families) of a rules folder, from the cache if it holds them.

    ``parse`` makes the bytes of all families and raises `RuleDataError` for rules that are not in order.
    """
    found = rule_paths(root)
    # What is compiled depends on the code that compiles it as well.
    code = [item for item in rule_paths(_CODE) if item[0].endswith(".py")]
    folder = cache_folder()
    status = _status_hash([*found, *code])
    where = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:16]
    manifest = folder / f"root-{where}.json" if folder else None

    if folder and manifest and (known := _manifest(manifest, status)):
        version, key = known
        compiled = _read(folder / f"rules-{key}.json", key)
        if compiled is not None:
            return version, compiled

    content = content_hash(root, [path for path, _ in found])
    version = content[:16]
    key = f"{version}-{content_hash(_CODE, [path for path, _ in code])[:16]}"
    compiled = _read(folder / f"rules-{key}.json", key) if folder else None
    if compiled is None:
        compiled = parse(root)
        if folder:
            body = b"".join(compiled.values())
            lengths = {name: len(data) for name, data in compiled.items()}
            header = {"key": key, "families": lengths, "sha256": hashlib.sha256(body).hexdigest()}
            _write(folder / f"rules-{key}.json", _dump(header) + b"\n" + body)
            _prune(folder)
    if manifest and _settled([*found, *code]):
        _write(manifest, _dump({"status": status, "version": version, "key": key}))
    return version, compiled


def _manifest(path: Path, status: str) -> tuple[str, str] | None:
    try:
        known = json.loads(path.read_bytes())
        return (known["version"], known["key"]) if known["status"] == status else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _settled(found: list[tuple[str, os.stat_result]]) -> bool:
    newest = max((max(stat.st_mtime_ns, stat.st_ctime_ns) for _, stat in found), default=0)
    return time.time_ns() - newest > _SETTLED_NS


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
