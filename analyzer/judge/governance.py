"""Governance facts (治理事实): numbers and certificates of the filing, cryptography, addresses of the servers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Literal

from analyzer.model import Bilingual, GovernanceFact

from .case import Case
from .filing_rules import FieldProblem, format_problems, province_problems
from .hosts import literal_ipv4
from .weaknesses import facts_of, kinds_of

_SHOWN = 8
_FILED_LEVEL = 2
"""MLPS level from which a system is recorded with the police."""
State = Literal["good", "attention", "wrong", "missing", "unknown", "information"]

_NUMBERS: Mapping[str, tuple[str, Bilingual, tuple[str, ...]]] = {
    "uscc": ("/unit/uscc", Bilingual(zh="统一社会信用代码", en="Unified social credit code"), ("EDU-01",)),
    "icp": ("/system/icp", Bilingual(zh="ICP 备案号", en="ICP filing number"), ("EDU-02",)),
    "miit_app_filing": (
        "/system/miit_app_filing",
        Bilingual(zh="App 备案号", en="MIIT app filing number"),
        ("EDU-02",),
    ),
    "mlps": ("/system/mlps", Bilingual(zh="等保备案证明编号", en="MLPS record number"), ("EDU-02", "CSL-21")),
    "edu_filing": ("/app/edu_filing", Bilingual(zh="教育 App 备案号", en="Education filing number"), ("EDU-19",)),
}
"""Id → field of the filing, title, clauses."""
_GOOD = Bilingual(
    zh="格式正确；是否有效须在主管部门的系统中查询", en="right in form; whether it is valid, the issuer's system says"
)
_CHECKED = Bilingual(
    zh="格式和校验位正确；是否有效须在主管部门的系统中查询",
    en="form and check character are right; whether it is valid, the issuer's system says",
)
_MISSING = Bilingual(zh="备案未填写", en="not in the filing")
_NOT_ASKED = Bilingual(
    zh="未检查：审计默认不联网，加 --resolve 才查询",
    en="not examined: an audit uses no network; --resolve asks the name service",
)
_NO_CODE = Bilingual(zh="未检查：没有安装包", en="not examined: no package")
_PART = Bilingual(zh="未发现，但安装包没有完整读取", en="none found, but the package was not read in full")


def governance(case: Case) -> tuple[GovernanceFact, ...]:
    """Return the facts in a fixed order: of the filing where one was handed in, then of code and network."""
    return (*_of_filing(case), *_of_package(case))


def number_problems(case: Case) -> dict[str, FieldProblem]:
    """Return id of a number → what is wrong with it; a problem of level ``warning`` is one to look at."""
    values = _values(case)
    problems = {
        row.pointer: row
        for row in (*province_problems(values, case.catalogue.filing_codes.get("provinces")), *format_problems(values))
    }
    return {name: problems[row[0]] for name, row in _NUMBERS.items() if row[0] in problems}


def assessment(case: Case) -> tuple[date, int, bool] | None:
    """Return (date, days since, assessed) of the last MLPS assessment; of the certificate where none is filed.

    `None`: no date is filed, or no day is given for which to reckon. Negative days: the date lies ahead.
    """
    filed = case.filing
    text = (filed.mlps_report_date or filed.mlps_date) if filed else None
    day = date_of(text)
    if filed is None or day is None or case.today is None:
        return None
    return day, (case.today - day).days, filed.mlps_report_date is not None


def date_of(text: str | None) -> date | None:
    """Return a day that is filed; `None` for none, and for what is no date."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def period(case: Case) -> int | None:
    """Return the days within which the filed MLPS level is assessed again; `None` for a level without, or unknown."""
    level = case.filing.mlps_level if case.filing else None
    periods = dict(case.settings.assessment_days)
    if level is None or not periods or level < min(periods):
        return None
    return periods[max(known for known in periods if known <= level)]


def _values(case: Case) -> dict[str, str]:
    filing = case.filing
    if filing is None:
        return {}
    values = {pointer: getattr(filing, name) for name, (pointer, _, _) in _NUMBERS.items()}
    values["/unit/region"] = filing.region
    return {pointer: value for pointer, value in values.items() if value}


def _of_filing(case: Case) -> Iterator[GovernanceFact]:
    if case.filing is None:
        return
    problems = number_problems(case)
    for name, (_, title, clauses) in _NUMBERS.items():
        value = getattr(case.filing, name)
        state: State = "good"
        says = _CHECKED if name == "uscc" else _GOOD
        if not value:
            # The education number comes at the end of the procedure: a new filing has none.
            state, says = ("information" if name == "edu_filing" else "missing"), _MISSING
        elif problem := problems.get(name):
            state, says = ("wrong" if problem.level == "error" else "attention"), problem.message
        yield GovernanceFact(id=name, title=title, value=value, state=state, says=says, clauses=clauses)
        if name == "mlps":
            yield from _mlps(case)


def _mlps(case: Case) -> Iterator[GovernanceFact]:
    filing = case.filing
    if filing is None:
        return
    level, clauses = filing.mlps_level, ("EDU-02", "CSL-21")
    title = Bilingual(zh="等保级别", en="MLPS level")
    table = case.catalogue.filing_codes.get("mlps_levels")
    row = table.code(str(level)) if table and level is not None else None
    state: State = "missing"
    says = _MISSING
    if level is not None and level < _FILED_LEVEL:
        state = "attention"
        says = Bilingual(
            zh="一级不需公安备案，与备案证明不符，请核对",
            en="level 1 has no police record: compare with the certificate",
        )
    elif level is not None:
        state, says = "good", (row.note if row and row.note else Bilingual(zh="须备案", en="recorded with police"))
    value = None if level is None else str(level)
    yield GovernanceFact(id="mlps_level", title=title, value=value, state=state, says=says, clauses=clauses)
    state, says = _age(case)
    day = filing.mlps_report_date or filing.mlps_date
    title = Bilingual(zh="等保测评或证明日期", en="MLPS assessment or certificate")
    yield GovernanceFact(id="mlps_age", title=title, value=day, state=state, says=says, clauses=clauses)


def _age(case: Case) -> tuple[State, Bilingual]:
    found, due = assessment(case), period(case)
    if found is None:
        dated = case.filing and (case.filing.mlps_report_date or case.filing.mlps_date)
        return ("unknown", Bilingual(zh="未计算：没有给出日期", en="not reckoned")) if dated else ("missing", _MISSING)
    _, days, assessed = found
    what = (
        Bilingual(zh="测评", en="assessed")
        if assessed
        else Bilingual(zh="发证（未填写测评日期）", en="issued (no assessment date filed)")
    )
    if days < 0:
        return "wrong", Bilingual(zh="日期晚于今天", en="the date lies ahead")
    says = Bilingual(zh=f"{days} 天前{what.zh}", en=f"{what.en} {days} days ago")
    if due is None:
        return "information", says
    says = Bilingual(zh=f"{says.zh}，周期 {due} 天", en=f"{says.en}, due every {due} days")
    return ("good" if days <= due else "attention"), says


def _of_package(case: Case) -> Iterator[GovernanceFact]:
    yield _algorithms(
        case,
        "CRYPTO.NATIONAL",
        "national_algorithms",
        Bilingual(zh="国密算法", en="National algorithms (SM2, SM3, SM4)"),
    )
    yield _algorithms(case, "CRYPTO.WEAK_CIPHER", "weak_algorithms", Bilingual(zh="弱加密算法", en="Weak algorithms"))
    rows = literal_ipv4(case.facts, case.catalogue)
    title = Bilingual(zh="代码中写死的 IPv4 地址", en="Literal IPv4 addresses in the code")
    value = _few(row.host for row in rows)
    if rows:
        says = Bilingual(zh="只有 IPv6 的网络不能直接访问", en="out of reach of a network with IPv6 alone")
        yield GovernanceFact(
            id="literal_ipv4", title=title, value=value, state="attention", says=says, clauses=("WORK-1",)
        )
    else:
        state, says = _none_found(case)
        yield GovernanceFact(id="literal_ipv4", title=title, value=None, state=state, says=says, clauses=("WORK-1",))
    yield _ipv6(case)


def _algorithms(case: Case, check: str, name: str, title: Bilingual) -> GovernanceFact:
    """Join the security facts of one check: which algorithms, and whether any was looked for at all."""
    rows = facts_of(case, *kinds_of(case, check))
    national = name == "national_algorithms"
    clauses = ("CRYPTO-27",) if national else ("PIPL-51", "DSL-27")
    if rows:
        says = (
            Bilingual(zh="发现算法不等于通过密码应用安全性评估", en="an algorithm found is no assessment passed")
            if national
            else Bilingual(zh="用途须人工核对", en="a person has to see what they are for")
        )
        state: State = "information" if national else "attention"
        value = _few(row.detail for row in rows if row.detail)
        return GovernanceFact(id=name, title=title, value=value, state=state, says=says, clauses=clauses)
    found, says = _none_found(case)
    if national and found == "good":
        found = "information"  # only critical infrastructure must use them
    return GovernanceFact(id=name, title=title, value=None, state=found, says=says, clauses=clauses)


def _none_found(case: Case) -> tuple[State, Bilingual]:
    if case.static is None:
        return "unknown", _NO_CODE
    if not case.complete:
        return "unknown", _PART
    return "good", Bilingual(zh="未发现", en="none found")


def _ipv6(case: Case) -> GovernanceFact:
    title = Bilingual(zh="自有域名支持 IPv6", en="Own hosts over IPv6")
    asked = case.facts.resolution
    value: str | None = None
    says = _NOT_ASKED
    state: State = "unknown"
    if asked is not None:
        answered = [row for row in asked.hosts if row.ipv6 is not None and (row.ipv6 or row.ipv4)]
        ready = sum(bool(row.ipv6) for row in answered)
        value = f"{ready}/{len(answered)}" if answered else None
        silent = len(asked.hosts) - len(answered) + asked.left_out
        says = Bilingual(zh=f"{asked.asked} 查询 DNS", en=f"name service asked on {asked.asked}")
        if silent:
            says = Bilingual(zh=f"{says.zh}；{silent} 个没有结果或未查询", en=f"{says.en}; {silent} without an answer")
        state = "unknown" if not answered else "good" if ready == len(answered) else "attention"
    return GovernanceFact(id="ipv6", title=title, value=value, state=state, says=says, clauses=("WORK-1",))


def _few(values: Iterable[str]) -> str:
    rows = sorted(set(values))
    return ", ".join(rows[:_SHOWN]) + (f" … ({len(rows)})" if len(rows) > _SHOWN else "")
