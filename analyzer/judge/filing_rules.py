"""Formats of the fields of a filing, each with what is wrong and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from analyzer.catalogue.checksums import uscc as uscc_checks
from analyzer.model import Bilingual
from analyzer.model.base import Record  # no `Frozen`: judging an app loads no pydantic
from analyzer.model.record import dataclass

if TYPE_CHECKING:
    from analyzer.catalogue.filing_codes import Code, CodeTable

_ICP_HEAD = "[\u4e00-\u9fff]"
"""The one-character name of a province; which ones there are, the code table alone says."""
ICP = re.compile(_ICP_HEAD + r"ICP[备证]\s?\d{6,10}号(?:-\d{1,3}[A-Z]?)?")
MIIT_APP = re.compile(_ICP_HEAD + r"ICP备\s?\d{8,10}号-\d{1,3}[AXQ]")
MLPS = re.compile(r"\d{11}-?\d{5}")
EDU = re.compile(r"教APP备\s?(\d{6,8})号")
USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}")
PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+")
BUNDLE = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
MOBILE = re.compile(r"(?:\+?86[- ]?)?1[3-9]\d{9}")
FIXED = re.compile(r"0\d{2,3}-?\d{7,8}(?:-\d{1,6})?|400-?\d{3}-?\d{4}|400-?\d{7}")
EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
DOMAIN = re.compile(
    r"(?:\*\.)?(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{1,62}|[\w-]+(?:\.[\w-]+)+"
)
HEX32 = re.compile(r"[0-9A-Fa-f]{32}|(?:[0-9A-Fa-f]{2}:){15}[0-9A-Fa-f]{2}")
HEX64 = re.compile(r"[0-9A-Fa-f]{64}|(?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}")
HEX40 = re.compile(r"[0-9A-Fa-f]{40}|(?:[0-9A-Fa-f]{2}:){19}[0-9A-Fa-f]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldProblem(Record):
    """One thing wrong with one field."""

    pointer: str
    """JSON pointer (RFC 6901), such as ``/unit/uscc``."""
    code: str
    """Stable word, such as ``required``, ``uscc_checksum``, ``unknown_key``."""
    message: Bilingual
    suggestion: Bilingual
    level: Literal["error", "warning"] = "error"
    """A warning does not stop a filing: the rule behind it is not certain."""


class _Rule(NamedTuple):
    fits: Callable[[str], bool]
    code: str
    message: Bilingual
    suggestion: Bilingual


def _format(pattern: re.Pattern[str], code: str, what: tuple[str, str], example: tuple[str, str]) -> _Rule:
    return _Rule(
        lambda value: pattern.fullmatch(value) is not None,
        code,
        Bilingual(zh=f"{what[0]}格式不正确", en=f"not in the form of {what[1]}"),
        Bilingual(zh=f"应形如 {example[0]}", en=f"it looks like {example[1] or example[0]}"),
    )


_RULES: Mapping[str, tuple[_Rule, ...]] = {
    "/unit/uscc": (
        _format(
            USCC,
            "uscc_format",
            ("统一社会信用代码", "a unified social credit code"),
            ("18 位数字和大写字母（不含 I、O、S、V、Z）", "18 digits and capitals without I, O, S, V, Z"),
        ),
        _Rule(
            lambda value: USCC.fullmatch(value) is None or uscc_checks(value),
            "uscc_checksum",
            Bilingual(
                zh="统一社会信用代码校验位不正确", en="the check character of the unified social credit code is wrong"
            ),
            Bilingual(zh="请对照营业执照或法人证书逐位核对", en="compare it with the licence, character by character"),
        ),
    ),
    "/unit/region": (
        _Rule(
            lambda value: re.fullmatch(r"[1-9]\d{5}", value) is not None,
            "region",
            Bilingual(zh="注册地不是六位行政区划代码", en="not a six-digit region code"),
            Bilingual(zh="按 GB/T 2260 填写，如 110108", en="use GB/T 2260, such as 110108"),
        ),
    ),
    "/unit/contact_phone": (
        _Rule(
            lambda value: bool(MOBILE.fullmatch(value) or FIXED.fullmatch(value)),
            "phone",
            Bilingual(zh="联系电话格式不正确", en="not a mobile or fixed telephone number"),
            Bilingual(
                zh="填写 11 位手机号，或区号加固定电话，如 010-12345678",
                en="give an 11-digit mobile number, or area code and number such as 010-12345678",
            ),
        ),
    ),
    "/unit/contact_email": (_format(EMAIL, "email", ("邮箱", "an e-mail address"), ("contact@example.com", "")),),
    "/system/icp": (_format(ICP, "icp", ("ICP 备案号", "an ICP number"), ("京ICP备12345678号-1", "")),),
    "/system/miit_app_filing": (
        _format(MIIT_APP, "miit_app", ("App 备案号", "a MIIT app filing number"), ("京ICP备12345678号-2A", "")),
    ),
    "/system/mlps": (_format(MLPS, "mlps", ("等保备案证明编号", "an MLPS record number"), ("11010812345-00001", "")),),
    "/app/signer_md5": (
        _format(HEX32, "signer_md5", ("签名证书 MD5", "an MD5 digest"), ("32 位十六进制数", "32 hex digits")),
    ),
    "/app/signer_sha1": (
        _format(HEX40, "signer_sha1", ("签名证书 SHA-1", "a SHA-1 digest"), ("40 位十六进制数", "40 hex digits")),
    ),
    "/app/signer_sha256": (
        _format(HEX64, "signer_sha256", ("签名证书 SHA-256", "a SHA-256 digest"), ("64 位十六进制数", "64 hex digits")),
    ),
    "/app/edu_filing": (
        _format(EDU, "edu_filing", ("教育App备案号", "an education filing number"), ("教APP备1100001号", "")),
    ),
}


def format_problems(values: Mapping[str, str]) -> list[FieldProblem]:
    """Check every text field that has a format; ``values`` maps JSON pointers to texts."""
    found = []
    for pointer, value in values.items():
        for rule in _RULES.get(_table_pointer(pointer), ()):
            if not rule.fits(value):
                found.append(
                    FieldProblem(pointer=pointer, code=rule.code, message=rule.message, suggestion=rule.suggestion)
                )
                break
    return found


def province_problems(values: Mapping[str, str], provinces: CodeTable | None) -> list[FieldProblem]:
    """Check the place of registration, and warn where a number names another province.

    Mostly warnings: what the first two digits of a filing number mean is inferred, and a company that moved keeps its
    old numbers for a while.
    """
    region = values.get("/unit/region", "")
    province = provinces.code(region[:2]) if provinces else None
    heads = {name: row.id for row in provinces.codes for name in province_names(row)} if provinces else {}
    found = []
    for pointer, (rule,) in ((name, _RULES[name]) for name in ("/system/icp", "/system/miit_app_filing")):
        head = values.get(pointer, "")[:1]
        if head and heads and head not in heads:
            found.append(
                FieldProblem(pointer=pointer, code=rule.code, message=rule.message, suggestion=rule.suggestion)
            )
        elif province and heads.get(head, province.id) != province.id:
            found.append(_province_warning(pointer))
    number = EDU.fullmatch(values.get("/app/edu_filing", ""))
    if number and len(number[1]) != 7:
        found.append(
            _warning("/app/edu_filing", "edu_filing_length", "备案号通常为 7 位数字", "the number usually has 7 digits")
        )
    if province is None:
        if region:
            found.append(_warning("/unit/region", "region", "未知的省份代码", "unknown province code"))
        return found
    if number and provinces and provinces.code(number[1][:2]) not in {None, province}:
        found.append(_province_warning("/app/edu_filing"))
    return found


def province_names(row: Code) -> tuple[str, ...]:
    """Return the one-character names of a province, as numbers begin with them."""
    return (*((row.short,) if row.short else ()), *row.also)


def _province_warning(pointer: str) -> FieldProblem:
    return _warning(
        pointer, "province", "与注册地的省份不一致", "names another province than the place of registration"
    )


def _warning(pointer: str, code: str, zh: str, en: str) -> FieldProblem:
    return FieldProblem(
        pointer=pointer,
        code=code,
        message=Bilingual(zh=zh, en=en),
        suggestion=Bilingual(zh="请核对；确认无误可忽略", en="please check; ignore it if it is right"),
        level="warning",
    )


def _table_pointer(pointer: str) -> str:
    """Return the pointer without a list index."""
    head, _, last = pointer.rpartition("/")
    return head if last.isascii() and last.isdigit() else pointer
