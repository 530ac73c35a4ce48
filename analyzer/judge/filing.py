"""Reading and checking a filing (备案): the same rules for a vendor's draft and for what a registry receives."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from analyzer.catalogue import Catalogue, load_catalogue
from analyzer.model import Bilingual, FilingFacts, UnreadableInputError

from .filing_form import CODE_TABLES, REQUIRED, ProviderFiling, filing_schema
from .filing_prerequisites import prerequisite_problems
from .filing_rules import BUNDLE, DOMAIN, PACKAGE, FieldProblem, format_problems, province_problems

__all__ = ["FieldProblem", "ProviderFiling", "filing_facts", "filing_schema", "read_filing", "validate_filing"]

MAX_BYTES = 2 * 1024 * 1024
"""A filing is some kilobytes."""

_WRONG = {
    "extra_forbidden": (
        "unknown_key",
        "未知字段",
        "unknown key",
        "删除该字段，或核对拼写",
        "remove it, or check its spelling",
    ),
    "literal_error": (
        "code",
        "不在允许的取值范围内",
        "not one of the allowed values",
        "取值见字段说明",
        "see the schema for the values",
    ),
    "string_too_long": ("too_long", "内容过长", "too long", "请缩短", "shorten it"),
    "too_long": ("too_many", "条目过多", "too many entries", "请合并或删减", "merge or remove some"),
    "string_too_short": (
        "empty",
        "不能为空",
        "must not be empty",
        "填写内容，或删除该字段",
        "fill it in, or leave the key out",
    ),
    "string_pattern_mismatch": ("format", "格式不正确", "has the wrong form", "请核对格式", "check its form"),
}
_OTHERWISE = ("type", "类型或取值不正确", "wrong type or value", "请对照字段说明修改", "see the schema")


def read_filing(path: Path) -> FilingFacts:
    """Read a filing (JSON). A draft may lack fields, but what it says must be right.

    Raise `UnreadableInputError` naming file and field for bad JSON, an unknown key, or a value that cannot be.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableInputError(path, f"is larger than {MAX_BYTES // 1024 // 1024} MiB: not a filing")
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UnreadableInputError(path, error.strerror or "cannot be read") from error
    except UnicodeDecodeError as error:
        raise UnreadableInputError(path, "is not UTF-8 text") from error
    except json.JSONDecodeError as error:
        raise UnreadableInputError(path, f"is not JSON: {error.msg} (line {error.lineno})") from error
    except RecursionError as error:
        raise UnreadableInputError(path, "is not JSON: nested too deeply") from error
    wrong = [row for row in validate_filing(data) if row.level == "error" and row.code != "required"]
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise UnreadableInputError(path, f"{wrong[0].pointer or '/'}: {wrong[0].message.en}{more}")
    return filing_facts(ProviderFiling.model_validate(data))


def filing_facts(filing: ProviderFiling) -> FilingFacts:
    """Return the parts of a filing that are compared with what was found."""
    unit, system, app = filing.unit, filing.system, filing.app
    return FilingFacts(
        name=app.name,
        package=app.package,
        provider=unit.legal_name,
        uscc=unit.uscc,
        signer_md5=_digest(app.signer_md5),
        signer_sha1=_digest(app.signer_sha1),
        signer_sha256=_digest(app.signer_sha256),
        version_name=app.version_name,
        app_types=tuple(sorted(set(app.app_types))),
        category=app.category,
        stages=app.stages,
        user_groups=app.user_groups,
        use_mode=app.use_mode,
        charges=app.charges,
        functions=app.functions,
        personal_data=app.personal_data,
        permissions=app.permissions,
        sdks=app.sdks,
        domains=system.domains,
        contains=app.contains,
        icp=system.icp,
        mlps=system.mlps,
        edu_filing=app.edu_filing,
        region=unit.region,
        miit_app_filing=system.miit_app_filing,
        mlps_level=system.mlps_level,
        mlps_date=_day(system.mlps_date),
        mlps_report_date=_day(system.mlps_report_date),
    )


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _digest(text: str | None) -> str | None:
    return text.replace(":", "").lower() if text else None


def validate_filing(data: Any, catalogue: Catalogue | None = None, today: date | None = None) -> list[FieldProblem]:
    """Return everything wrong with a filing, field by field, sorted by pointer; an empty list is a good filing.

    ``catalogue`` gives the code tables and ids; left out, the rules in force are loaded. ``today`` is for dates.
    """
    catalogue = catalogue or load_catalogue()
    if not isinstance(data, dict):
        return [_problem("", "type", "应为 JSON 对象", "a JSON object is expected", "见字段说明", "see the schema")]
    found = list(shape_problems(ProviderFiling, data))
    values = dict(texts_of(data, ""))
    found += format_problems(values)
    found += _app_problems(data, values)
    found += _code_problems(values, catalogue)
    found += [missing(pointer) for pointer in REQUIRED if at_pointer(data, pointer) in (None, "", [])]
    found += province_problems(values, catalogue.filing_codes.get("provinces"))
    found += prerequisite_problems(data, values, today)
    first: dict[str, FieldProblem] = {}
    for row in found:  # one problem a field is enough; the shape goes before the format
        first.setdefault(row.pointer, row)
    return sorted(first.values(), key=lambda row: row.pointer)


def shape_problems(form: type[BaseModel], data: dict[str, Any]) -> Iterator[FieldProblem]:
    """Yield what of a document does not fit its form: unknown keys, wrong types, texts that are too long."""
    try:
        form.model_validate(data)
    except ValidationError as error:
        for item in error.errors(include_url=False, include_input=False):
            pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in item["loc"])
            code, zh, en, fix_zh, fix_en = _WRONG.get(item["type"], _OTHERWISE)
            if code == "type":
                en = f"{en}: {item['msg']}"
            yield _problem(pointer, code, zh, en, fix_zh, fix_en)


def _app_problems(data: Mapping[str, Any], values: Mapping[str, str]) -> Iterator[FieldProblem]:
    package = values.get("/app/package")
    ios = values.get("/app/platform") == "ios"
    if package is not None and not (BUNDLE if ios else PACKAGE).fullmatch(package):
        yield _problem(
            "/app/package",
            "package",
            "包名格式不正确",
            "not a package name",
            "应形如 com.example.app",
            "it looks like com.example.app",
        )
    for pointer, value in values.items():
        if pointer.startswith("/system/domains/") and not DOMAIN.fullmatch(value):
            yield _problem(
                pointer,
                "domain",
                "域名格式不正确",
                "not a domain name",
                "只填域名，不带 http:// 和路径",
                "give the name alone, without http:// or a path",
            )
        elif pointer.startswith("/system/ips/"):
            try:
                ipaddress.ip_address(value)
            except ValueError:
                yield _problem(
                    pointer,
                    "ip",
                    "IP 地址格式不正确",
                    "not an IP address",
                    "应形如 192.0.2.1",
                    "it looks like 192.0.2.1",
                )
    if values.get("/app/category") == "subject_tutoring" and not values.get("/app/tutoring_licence"):
        yield _problem(
            "/app/tutoring_licence",
            "required",
            "学科培训类应用须填写办学许可",
            "subject tutoring needs its licence",
            "填写办学许可证编号",
            "give the number of the licence",
        )
    if at_pointer(data, "/app/charges") is True and not values.get("/app/charge_method"):
        yield _problem(
            "/app/charge_method",
            "required",
            "收费应用须说明收费方式",
            "an app that charges says how",
            "填写收费方式",
            "say how it charges",
        )


def _code_problems(values: Mapping[str, str], catalogue: Catalogue) -> Iterator[FieldProblem]:
    for pointer, value in values.items():
        field = pointer if pointer in CODE_TABLES else pointer.rpartition("/")[0]
        name = CODE_TABLES.get(field)
        table = catalogue.filing_codes.get(name) if name else None
        if table is not None and table.code(value) is None:
            allowed = ", ".join(row.id for row in table.codes)
            yield _problem(
                pointer,
                "code",
                f"“{value}”不在代码表中",
                f"{value!r} is not in the code table",
                f"可选：{allowed}",
                f"one of: {allowed}",
            )
        if field == "/app/personal_data" and value not in catalogue.personal_data:
            yield _problem(
                pointer,
                "data_id",
                f"未知的个人信息类别“{value}”",
                f"unknown personal-data id {value!r}",
                "取值见个人信息分类",
                "see the taxonomy of personal data",
            )


def texts_of(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """Yield every text with its JSON pointer."""
    found: list[tuple[str, str]] = []
    _gather(value, pointer, found)
    return iter(found)


def _gather(value: Any, pointer: str, found: list[tuple[str, str]]) -> None:
    # Into one list: a generator for each level took more than the rest of it.
    if isinstance(value, str):
        if text := value.strip():
            found.append((pointer, text))
    elif isinstance(value, dict | list) and pointer.count("/") < 3:
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            if item is not None:
                _gather(item, f"{pointer}/{key}", found)


def at_pointer(data: Any, pointer: str) -> Any:
    """Return what a JSON pointer names, stripped of blanks; `None` where nothing is."""
    for part in pointer.split("/")[1:]:
        data = data.get(part) if isinstance(data, dict) else None
    return data.strip() if isinstance(data, str) else data


def missing(pointer: str) -> FieldProblem:
    """Return the problem of a field that must be filled in."""
    return _problem(pointer, "required", "必填项未填写", "is required", "请填写", "fill it in")


def _problem(pointer: str, code: str, zh: str, en: str, fix_zh: str, fix_en: str) -> FieldProblem:
    return FieldProblem(
        pointer=pointer, code=code, message=Bilingual(zh=zh, en=en), suggestion=Bilingual(zh=fix_zh, en=fix_en)
    )
