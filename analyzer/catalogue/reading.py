"""Strict reading of rule files: YAML without duplicate keys, and records whose errors name file and key."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from analyzer.model.errors import RuleDataError


@cache
def _strict_loader() -> Any:
    """Return a safe loader to which a key given twice is an error.

    YAML is imported here because a start from the cache never needs it. The C parser reads the rules about ten times
    faster; the pure one is what a build without libyaml has.
    """
    import yaml  # noqa: PLC0415  # see above

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class StrictLoader(base):  # type: ignore[misc]  # the base is chosen at run time
        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
            seen: set[Any] = set()
            for key_node, _ in node.value:
                key = self.construct_object(key_node, deep=True)
                mark = key_node.start_mark
                if not isinstance(key, Hashable):
                    raise yaml.constructor.ConstructorError(None, None, "a key must be a plain value", mark)
                if key in seen:
                    raise yaml.constructor.ConstructorError(None, None, f"key {key!r} is given twice", mark)
                seen.add(key)
            result: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
            return result

    return StrictLoader


def read_yaml(path: Path) -> Any:
    """Parse one file. Raise `RuleDataError` naming file and line for bad YAML, bad UTF-8 or a duplicate key."""
    import yaml  # noqa: PLC0415  # see `_strict_loader`

    try:
        text = path.read_text(encoding="utf-8")
        return yaml.load(text, Loader=_strict_loader())  # noqa: S506  # derived from the safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise RuleDataError(f"{where}: {error.problem}") from error
    except OSError as error:
        raise RuleDataError(f"{path}: {error.strerror}") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise RuleDataError(f"{path}: {' '.join(str(error).split())}") from error


def read_mapping(path: Path) -> dict[str, Any]:
    """Parse one file that must be a mapping with text keys (an empty file is an empty mapping)."""
    value = read_yaml(path)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise RuleDataError(f"{path}: a mapping is expected at the top")
    for key in value:
        if not isinstance(key, str):
            raise RuleDataError(f"{path}: key {key!r} must be text: put it in quotes")
    return value


def rule_files(folder: Path) -> Iterator[Path]:
    """Yield the ``*.yaml`` files below ``folder`` in sorted order; nothing where the folder is missing."""
    yield from sorted(folder.rglob("*.yaml"))


_WORDS = {
    "unexpected_keyword_argument": "Extra inputs are not permitted",
    "missing_keyword_only_argument": "Field required",
}
"""What pydantic says of keys, for what it says of the arguments of a dataclass."""


def validate[M](model: type[M], where: str, record: object) -> M:
    """Make a model from a parsed record. Raise `RuleDataError` with every problem, each with its key."""
    from pydantic import ValidationError  # noqa: PLC0415  # a start from the cache validates nothing

    from analyzer.model.reading import reader  # noqa: PLC0415  # same

    try:
        row: M = reader(model).validate_python(record)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in item['loc']) or 'record'}: {_WORDS.get(item['type'], item['msg'])}"
            for item in error.errors()
        )
        raise RuleDataError(f"{where}: {problems}") from error
    return row


def build[M](into: dict[str, M], model: type[M], path: Path, key: str, record: object) -> None:
    """Validate ``record`` with its ``key`` as `id` and add it to ``into``; an id in two places is an error."""
    if not isinstance(record, dict):
        raise RuleDataError(f"{path}: {key}: a mapping is expected")
    if "id" in record:
        raise RuleDataError(f"{path}: {key}: the key is the id; do not repeat it")
    if key in into:
        raise RuleDataError(f"{path}: {key} is already in another file")
    into[key] = validate(model, f"{path}: {key}", {"id": key, **record})
