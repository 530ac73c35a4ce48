"""The user filing (使用者备案) as a form: a school or bureau files which app it uses, how, and who decided so.

The official annex form is not public; every field may be left out of a draft. Sources are in ``rules/filing``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from analyzer.catalogue import Catalogue, load_catalogue
from analyzer.model import Bilingual, Frozen

from .filing import at_pointer, missing, shape_problems, texts_of
from .filing_form import LongText, Names, ProviderFiling, Text
from .filing_rules import EDU, FieldProblem, format_problems

_STALE = timedelta(days=183)
"""Henan's self-check form asks whether the last update is more than six months ago (S23)."""


class Institution(Frozen):
    """Who uses the app."""

    legal_name: Text | None = None
    uscc: Text | None = None
    unit_type: Text | None = None
    region: Text | None = None
    superior: Text | None = None
    """上级主管部门."""
    department: Text | None = None
    """选用归口部门."""
    contact_name: Text | None = None
    """责任人."""
    contact_phone: Text | None = None
    contact_email: Text | None = None


class UsedApp(Frozen):
    """Which app: picked from those that are filed, so a number or a package is enough."""

    number: Text | None = None
    """教APP备 number."""
    package: Text | None = None
    name: Text | None = None
    last_updated: date | None = None


class Use(Frozen):
    """How it is used."""

    mode: Text | None = None
    """A code of the table ``use_modes``."""
    origin: Text | None = None
    """A code of the table ``origins``."""
    imposed_by: Text | None = None
    purpose: LongText | None = None
    scope: LongText | None = None
    """使用范围."""
    stages: Names = ()
    user_groups: Names = ()
    users: Annotated[int, Field(ge=0, le=2_000_000_000)] | None = None
    charges: bool | None = None
    charge_basis: LongText | None = None
    decision: LongText | None = None
    """集体决策: meeting, date, number of the minutes."""
    decision_date: date | None = None
    collects_at_scale: bool | None = None
    """是否大规模收集个人信息."""
    opinions_collected: bool | None = None
    biometrics: bool | None = None


class UserForm(Frozen):
    """A user filing. Unknown keys are errors."""

    schema_: Literal["eduaudit.user_filing/1"] = Field(default="eduaudit.user_filing/1", alias="schema")
    institution: Institution = Institution()
    app: UsedApp = UsedApp()
    use: Use = Use()
    provider: ProviderFiling | None = None
    """Of an app that is built and used inside (自研自用)."""


REQUIRED = (
    "/institution/legal_name",
    "/institution/uscc",
    "/institution/department",
    "/institution/contact_name",
    "/use/mode",
    "/use/origin",
    "/use/decision",
)
CODE_TABLES = {
    "/institution/unit_type": "unit_types",
    "/use/mode": "use_modes",
    "/use/origin": "origins",
    "/use/stages": "stages",
    "/use/user_groups": "user_groups",
}
_AS_PROVIDER = {
    "/institution/uscc": "/unit/uscc",
    "/institution/region": "/unit/region",
    "/institution/contact_phone": "/unit/contact_phone",
    "/institution/contact_email": "/unit/contact_email",
    "/app/number": "/app/edu_filing",
}
"""Fields that have the form of one of a provider filing."""


def validate_usage(data: Any, catalogue: Catalogue | None = None, today: date | None = None) -> list[FieldProblem]:
    """Return everything wrong with a user filing, field by field, sorted by pointer."""
    catalogue = catalogue or load_catalogue()
    if not isinstance(data, dict):
        return [_problem("", "type", "应为 JSON 对象", "a JSON object is expected")]
    found = list(shape_problems(UserForm, data))
    values = dict(texts_of(data, ""))
    back = {theirs: ours for ours, theirs in _AS_PROVIDER.items()}
    found += [
        replace(row, pointer=back[row.pointer])
        for row in format_problems({_AS_PROVIDER[key]: text for key, text in values.items() if key in _AS_PROVIDER})
    ]
    for pointer, value in values.items():
        field = pointer if pointer in CODE_TABLES else pointer.rpartition("/")[0]
        table = catalogue.filing_codes.get(CODE_TABLES.get(field, ""))
        if table is not None and table.code(value) is None:
            allowed = ", ".join(row.id for row in table.codes)
            found.append(_problem(pointer, "code", f"“{value}”不在代码表中", f"not in the code table: {allowed}"))
    found += _rules(data, values, today)
    found += [missing(pointer) for pointer in REQUIRED if at_pointer(data, pointer) in (None, "", [])]
    if not values.get("/app/number") and not values.get("/app/package") and values.get("/use/origin") != "self_built":
        found.append(missing("/app/number"))
    first: dict[str, FieldProblem] = {}
    for row in found:
        first.setdefault(row.pointer, row)
    return sorted(first.values(), key=lambda row: row.pointer)


def _rules(data: dict[str, Any], values: dict[str, str], today: date | None) -> Iterator[FieldProblem]:
    block = data.get("use")
    use: dict[str, Any] = block if isinstance(block, dict) else {}
    mode, origin = values.get("/use/mode"), values.get("/use/origin")
    if mode == "required" and use.get("charges") is True:  # S19: required tools may not be charged
        yield _problem(
            "/use/charges", "required_use_charges", "要求使用的应用不得收费", "an app whose use is required is free"
        )
    if use.get("charges") is True and not values.get("/use/charge_basis"):
        yield missing("/use/charge_basis")
    if origin == "imposed" and not values.get("/use/imposed_by"):
        yield missing("/use/imposed_by")
    if origin == "self_built" and not isinstance(data.get("provider"), dict):
        yield missing("/provider")
    if use.get("biometrics") is True and use.get("opinions_collected") is not True:
        yield _problem(
            "/use/opinions_collected",
            "opinions",
            "使用人脸等生物特征的，应先征求意见并论证（北京细则）",
            "the use of biometrics is argued and opinions are heard first (Beijing)",
            level="warning",
        )
    if today is None:
        return
    for pointer in ("/use/decision_date", "/app/last_updated"):
        day = _day(values.get(pointer))
        if day is not None and day > today:
            yield _problem(pointer, "future", "日期晚于今天", "the day lies ahead")
        elif day is not None and pointer == "/app/last_updated" and today - day > _STALE:
            yield _problem(
                pointer,
                "stale",
                "超过六个月未更新，请核实是否仍在维护",
                "not updated for six months: is it kept up?",
                level="warning",
            )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def usage_number(document: dict[str, Any]) -> str | None:
    """Return the number of the picked app in its canonical form, without spaces; `None` where none is given."""
    number = str((document.get("app") or {}).get("number") or "").strip()
    match = EDU.fullmatch(number)
    return f"教APP备{match[1]}号" if match else number or None


def usage_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a user filing."""
    schema = UserForm.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:eduaudit:schema:user_filing:1",
        **schema,
    }


def _problem(
    pointer: str, code: str, zh: str, en: str, *, level: Literal["error", "warning"] = "error"
) -> FieldProblem:
    fix = Bilingual(zh="请核对后修改", en="check and mend it")
    return FieldProblem(pointer=pointer, code=code, message=Bilingual(zh=zh, en=en), suggestion=fix, level=level)


__all__ = ["UserForm", "usage_number", "usage_schema", "validate_usage"]
