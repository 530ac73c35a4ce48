"""The data dictionary (数据字典) of the filing forms: each field with its names, type, code table and source.

Names and sources are the table ``fields`` of ``rules/filing``; types and limits are those of the models.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from analyzer.catalogue import Catalogue, load_catalogue

from .filing_form import CODE_TABLES, REQUIRED, ProviderFiling
from .usage_form import CODE_TABLES as USER_CODE_TABLES
from .usage_form import REQUIRED as USER_REQUIRED
from .usage_form import UserForm

_SHOWN = ("enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "maxItems")


def data_dictionary(catalogue: Catalogue | None = None) -> dict[str, Any]:
    """Return ``forms`` (fields of both forms) and ``tables`` (the code tables they use), as plain values."""
    catalogue = catalogue or load_catalogue()
    forms: tuple[tuple[str, type[BaseModel], tuple[str, ...], dict[str, str]], ...] = (
        ("provider_filing", ProviderFiling, REQUIRED, CODE_TABLES),
        ("user_filing", UserForm, USER_REQUIRED, USER_CODE_TABLES),
    )
    return {
        "forms": [
            {
                "id": name,
                "fields": [
                    _field(catalogue, pointer, schema, pointer in required, tables.get(pointer))
                    for pointer, schema in _leaves(model.model_json_schema(by_alias=True))
                ],
            }
            for name, model, required, tables in forms
        ],
        "tables": [_table(catalogue, name) for name in sorted({*CODE_TABLES.values(), *USER_CODE_TABLES.values()})],
    }


def _leaves(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (pointer, schema) of each field of each block; the name of the schema itself and a whole form are none."""
    for block, outer in schema["properties"].items():
        inner = schema["$defs"].get(str(outer.get("$ref", "")).rpartition("/")[2])
        for key, field in (inner or {}).get("properties", {}).items():
            yield f"/{block}/{key}", field


def _field(
    catalogue: Catalogue, pointer: str, schema: dict[str, Any], required: bool, table: str | None
) -> dict[str, Any]:
    key = pointer.rpartition("/")[2]
    row = catalogue.filing_codes["fields"].code(key)
    plain = next((item for item in schema.get("anyOf", ()) if item.get("type") != "null"), schema)
    items = plain.get("items", {})
    kind = str(plain.get("type", ""))
    if kind == "array":
        kind = f"array of {items.get('type', 'string')}"
    elif "format" in plain:
        kind = f"{kind} ({plain['format']})"
    limits = {name: source[name] for source in (items, plain) for name in _SHOWN if name in source}
    return {
        "pointer": pointer,
        "name": {"zh": row.title.zh, "en": row.title.en} if row else {"zh": key, "en": key},
        "type": kind,
        "required": required,
        "limits": limits,
        "table": table,
        "source": row.source if row else "",
        "sure": str(row.sure) if row else "?",
    }


def _table(catalogue: Catalogue, name: str) -> dict[str, Any]:
    table = catalogue.filing_codes[name]
    return {
        "id": name,
        "title": {"zh": table.title.zh, "en": table.title.en},
        "source": table.source,
        "sure": str(table.sure),
        "codes": [
            {
                "code": code.id,
                "name": {"zh": code.title.zh, "en": code.title.en},
                "source": code.source,
                "sure": str(code.sure),
            }
            for code in table.codes
        ],
    }


def dictionary_text(dictionary: dict[str, Any]) -> str:
    """Return a data dictionary as a Markdown page."""
    lines = [
        "# Data dictionary / 数据字典",
        "",
        "Written by `eduaudit registry dictionary -o docs/dictionary.md` from the models and the code tables; the same",
        "is answered by `GET /api/v1/dictionary`. Sure: V read in the source, K own knowledge, ? own reading of forms",
        "whose official text was not found. S, L and R are keys of `rules/sources.yaml`.",
    ]
    for form in dictionary["forms"]:
        lines += [
            "",
            f"## {form['id']}",
            "",
            "| field | 名称 | name | type | limits | required | codes | source | sure |",
        ]
        lines.append("|---|---|---|---|---|---|---|---|---|")
        for field in form["fields"]:
            cells = (
                f"`{field['pointer']}`",
                field["name"]["zh"],
                field["name"]["en"],
                field["type"],
                ", ".join(f"{name} {_cell(value)}" for name, value in field["limits"].items()),
                "yes" if field["required"] else "",
                field["table"] or "",
                field["source"],
                field["sure"],
            )
            lines.append("| " + " | ".join(cells) + " |")
    for table in dictionary["tables"]:
        lines += ["", f"## {table['id']}: {table['title']['zh']} / {table['title']['en']}", ""]
        lines += [f"Source: {table['source']}; sure: {table['sure']}.", "", "| code | 名称 | name | source | sure |"]
        lines.append("|---|---|---|---|---|")
        lines += [
            f"| {row['code']} | {row['name']['zh']} | {row['name']['en']} | {row['source']} | {row['sure']} |"
            for row in table["codes"]
        ]
    return "\n".join(lines) + "\n"


def _cell(value: Any) -> str:
    text = " / ".join(map(str, value)) if isinstance(value, list) else f"`{value}`"
    return text.replace("|", "\\|")
