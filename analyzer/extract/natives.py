"""Native libraries searched by YARA rules (`rules/yara/`): packers under other names, personal data read natively.

Only a few files are searched. Always: small libraries that no SDK rule knows, since they are the app's own. In a
package that looks packed (a class that starts the app is in no DEX file, little code beside libraries, a packer's
mark): more and larger ones. Of each library one copy is searched, not one for every processor.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.container import EntryUnreadableError, LimitReachedError
from analyzer.container.elf import MAGIC, read_soname
from analyzer.container.text import shown
from analyzer.model.record import dataclass

from .abis import ABIS
from .packers import name_marks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from analyzer.catalogue import Catalogue
    from analyzer.container.archive import Archive
    from analyzer.container.manifest import Manifest
    from analyzer.container.records import Entry

SMALL, FEW = 512 << 10, 6
LARGE, MANY = 8 << 20, 16
MOST_BYTES = {False: 2 << 20, True: 32 << 20}
LITTLE_CODE = 300 << 10
"""Bytes of DEX below which an app with native libraries is taken for a shell around hidden code."""
SECONDS = 10
MISSING = "the YARA library is not installed: native libraries were not searched"


@dataclass(frozen=True, slots=True)
class NativeFacts:
    """What was found in native libraries."""

    packers: tuple[tuple[str, str], ...] = ()
    """(id of the packer, evidence)."""
    reads: tuple[str, ...] = ()
    """One sentence for each library that names what native code needs to read personal data."""
    problem: str | None = None
    """Why nothing, or not everything, was searched."""


def looks_packed(
    names: Iterable[str], files: Sequence[tuple[str, bytes]], manifest: Manifest | None, catalogue: Catalogue
) -> bool:
    """Tell by cheap signs whether the DEX files may not be the code that runs."""
    libraries = [name for name in names if name.startswith("lib/") and name.endswith(".so")]
    if libraries and sum(len(data) for _, data in files) < LITTLE_CODE:
        return True
    bases = {name.rsplit("/", 1)[-1] for name in names}
    if next(name_marks(catalogue.packers, bases), None) is not None:
        return True
    starts = manifest.start_classes if manifest is not None and manifest.has_code else ()
    wanted = [f"L{name.replace('.', '/')};".encode() for name in starts if not name.startswith(("android.", "java."))]
    return any(all(name not in data for _, data in files) for name in wanted)


def search_natives(archive: Archive, catalogue: Catalogue, *, packed: bool) -> NativeFacts:
    """Search the libraries of one APK."""
    chosen = _choose(archive, catalogue, packed=packed)
    if not chosen:
        return NativeFacts()
    rules = _compile(catalogue.root)
    packers: list[tuple[str, str]] = []
    reads: dict[str, None] = {}
    problem = None if rules is not None else MISSING
    for entry in chosen:
        try:
            data = bytes(archive.read(entry))
        except (LimitReachedError, EntryUnreadableError) as error:
            problem = str(error)
            continue
        if data[:4] != MAGIC:
            continue
        base, built = entry.name.rsplit("/", 1)[-1], read_soname(data)
        if built and built != base:
            packers += [
                (key, f"soname: {entry.name} was built as {value}")
                for key, value in name_marks(catalogue.packers, {built})
            ]
        for match in _match(rules, data):
            if isinstance(match, str):
                problem = f"{shown(entry.name)}: {match}"
            elif "packer" in match.meta:
                packers.append((match.meta["packer"], f"yara: {entry.name} {match.rule}"))
            else:
                found = {one.matched_data.decode("latin-1") for text in match.strings for one in text.instances}
                words = ", ".join(sorted(found)[:4])
                said = f"{shown(entry.name)} names {words} ({match.meta['data']}): native code was not followed"
                reads[said] = None
    return NativeFacts(tuple(dict.fromkeys(packers)), tuple(reads), problem)


def _choose(archive: Archive, catalogue: Catalogue, *, packed: bool) -> list[Entry]:
    """Return the libraries to search, each once, smallest first."""
    best: dict[str, tuple[int, Entry]] = {}
    for name, entry in archive.by_name.items():
        parts = name.split("/")
        base = parts[-1]
        if not base.endswith(".so") or parts[0] not in {"lib", "assets"} or not entry.size:
            continue
        if not packed and (parts[0] != "lib" or catalogue.sdk_index.library(base) is not None or base in _COMMON):
            continue
        if entry.size > (LARGE if packed else SMALL):
            continue
        rank = ABIS.index(parts[-2]) if parts[-2] in ABIS else len(ABIS)
        if base not in best or rank < best[base][0]:
            best[base] = rank, entry
    chosen, total = [], 0
    for _, entry in sorted(best.values(), key=lambda one: (one[1].size, one[1].name))[: MANY if packed else FEW]:
        total += entry.size
        if total > MOST_BYTES[packed]:
            break
        chosen.append(entry)
    return chosen


_COMMON = frozenset({"libc++_shared.so", "libapp.so", "libflutter.so", "libgnustl_shared.so", "libstlport_shared.so"})


@lru_cache(maxsize=2)
def _compile(root: Path) -> Any:
    """Return the compiled rules, `None` without the library: a package can be audited without it."""
    try:
        import yara  # noqa: PLC0415  # only where libraries are searched
    except ImportError:
        return None
    return yara.compile(filepaths={path.stem: str(path) for path in sorted((root / "yara").glob("*.yar"))})


def _match(rules: Any, data: bytes) -> Iterator[Any]:
    """Yield the rules that match; a search that is not finished in time yields one sentence."""
    if rules is None:
        return
    import yara  # noqa: PLC0415  # as above

    try:
        yield from rules.match(data=data, timeout=SECONDS)
    except yara.TimeoutError:
        yield f"not searched to its end within {SECONDS} s"
    except yara.Error as error:
        yield f"YARA: {error}"
