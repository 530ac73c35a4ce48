"""Code packers (加固), by their marks and by the classes that they take away."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Any

from analyzer.container.text import shown
from analyzer.model import Packer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from typing import Protocol

    from analyzer.catalogue.vocabulary import PackerRule
    from analyzer.container.manifest import Manifest

    class DefinesClasses(Protocol):
        """What is asked of the DEX index here."""

        def defines(self, descriptor: str) -> bool:
            """Tell whether a class is defined."""

        def has_class_below(self, prefix: str) -> bool:
            """Tell whether a class of this slash name, or below it, is defined."""


PLATFORM = ("android.", "java.", "javax.", "dalvik.")
"""Classes that the phone brings: a component may be one of them (``android.app.NativeActivity``)."""
EVIDENCE = 10


def find_packers(
    rules: dict[str, Any], names: Iterable[str], manifest: Manifest | None, index: DefinesClasses, *, hidden: bool
) -> tuple[Packer, ...]:
    """Return the packers whose marks are there, by id.

    A weak mark (an SDK brings it too) counts only beside a strong one or when classes of the manifest are ``hidden``.
    """
    base_names: dict[str, str] = {}
    for name in names:
        base_names.setdefault(name.rsplit("/", 1)[-1], name)
    base_names = dict(sorted(base_names.items()))
    application = manifest.flags.application_class if manifest else None
    found = []
    for key in sorted(rules):
        rule = rules[key]
        marks = [(mark, place) for mark in rule.marks if (place := _place(mark, base_names, application, index))]
        if any(not mark.weak for mark, _ in marks) or (marks and hidden):
            evidence = tuple(sorted({shown(f"{mark.kind}: {place}") for mark, place in marks}))
            found.append(Packer(id=key, name=rule.title.zh, evidence=evidence[:EVIDENCE]))
    return tuple(found)


def name_marks(rules: Mapping[str, PackerRule], names: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield (packer, mark) for the file marks that are not weak and fit one of the base names."""
    for key in sorted(rules):
        for mark in rules[key].marks:
            value = mark.value
            if mark.kind != "file" or mark.weak:
                continue
            if value in names or ("*" in value and any(fnmatch.fnmatchcase(name, value) for name in names)):
                yield key, value


def add_marks(
    found: Sequence[Packer], more: Iterable[tuple[str, str]], rules: Mapping[str, PackerRule]
) -> tuple[Packer, ...]:
    """Return the packers with those that the content of native libraries shows, by id."""
    evidence = {one.id: [*one.evidence] for one in found}
    for key, text in more:
        evidence.setdefault(key, []).append(shown(text))
    return tuple(
        Packer(id=key, name=rules[key].title.zh, evidence=tuple(dict.fromkeys(evidence[key]))[:EVIDENCE])
        for key in sorted(evidence)
    )


def join_packers(
    found: Sequence[Packer], more: Sequence[Packer], rules: Mapping[str, PackerRule]
) -> tuple[Packer, ...]:
    """Return two lists of packers as one, by id."""
    return add_marks(found, [(one.id, text) for one in more for text in one.evidence], rules)


def _place(mark: Any, base_names: dict[str, str], application: str | None, index: DefinesClasses) -> str | None:
    """Return where a mark is seen; ``base_names`` are sorted."""
    value = mark.value
    if mark.kind == "file":
        if "*" in value:
            head = value[: min(value.find(sign) for sign in "*?[" if sign in value)]  # few names begin as the mark does
            return next(
                (
                    place
                    for name, place in base_names.items()
                    if name.startswith(head) and fnmatch.fnmatchcase(name, value)
                ),
                None,
            )
        return base_names.get(value)
    if mark.kind == "application":
        return application if application and _is_or_in(application, value) else None
    if value.endswith("."):
        return value if index.has_class_below(value[:-1].replace(".", "/")) else None
    return value if index.defines(descriptor(value)) else None


def _is_or_in(name: str, value: str) -> bool:
    return name.startswith(value) if value.endswith(".") else name == value


def hidden_classes(manifest: Manifest, index: DefinesClasses) -> tuple[tuple[str, ...], bool]:
    """Return the classes of the manifest that no DEX file defines, and whether that means hidden code.

    One forgotten entry is common. Hidden code shows when the app could not even start (application class or launcher
    activity missing), or when more than half of at least two classes are missing.
    """
    wanted = [name for name in manifest.classes if not name.startswith(PLATFORM)]
    missing = tuple(name for name in wanted if not index.defines(descriptor(name)))
    gone = set(missing)
    cannot_start = any(name in gone for name in manifest.start_classes)
    return missing, cannot_start or (len(missing) >= 2 and 2 * len(missing) > len(wanted))


def descriptor(name: str) -> str:
    """Return the DEX descriptor of a class name."""
    return "L" + name.replace(".", "/") + ";"
