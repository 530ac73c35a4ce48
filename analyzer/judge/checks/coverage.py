"""What could not be looked at: said as information and as work for a person, never as `nothing found`."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.judge import names
from analyzer.judge.case import Case
from analyzer.judge.checks.hybrid import look_at_bundles
from analyzer.judge.evidence import in_order
from analyzer.judge.hits import Hit, Outcome, check
from analyzer.model import Bilingual, FindingEvidence, HumanCheck, Status

_NOT_MADE = (
    ("191-1.1", "应用内是否有隐私政策", "whether the app holds a privacy policy"),
    ("191-4.1", "声明而未使用的权限", "permissions that are declared but unused"),
    ("EDU-19", "应用内是否展示备案号", "whether the app shows its filing number"),
)
"""Checks that conclude from absence, by the clause they serve."""

_REASONS = {
    "packed": ("已加固", "packed"),
    "dex_unreadable": ("代码文件无法读取", "unreadable code"),
    "limit_reached": ("超出处理上限", "a limit was reached"),
    "manifest_unreadable": ("清单无法读取", "unreadable manifest"),
    "dynamic_loading": ("运行时加载代码", "code loaded at run time"),
    "native_only": ("仅有原生代码", "native code only"),
    "native_reads": ("原生代码中的读取未跟踪", "reads in native code were not followed"),
    "natives_unsearched": ("原生库未检索", "native libraries were not searched"),
    "hybrid_bundle": ("混合框架脚本", "scripts of a hybrid framework"),
}


@check("COVERAGE.PACKED")
def packed(case: Case) -> Iterator[Outcome]:
    """Report a code packer: the classes that run are not the classes that were read."""
    for packer in sorted(case.static.packers if case.static else (), key=lambda row: row.id):
        known = case.catalogue.packers.get(packer.id)
        if known is not None and not known.hides_code:
            continue  # it guards the code that was read
        title = known.title if known else Bilingual(zh=packer.name, en=packer.name)
        evidence = tuple(
            FindingEvidence(kind="coverage", where=sign, excerpt=packer.name) for sign in sorted(packer.evidence)
        )
        # a mark may be left over from a build tool; declared classes that are nowhere show that code is hidden
        hidden = [row for row in case.static.anomalies if row.code == "component_class_missing"] if case.static else []
        evidence += tuple(FindingEvidence(kind="coverage", where=row.code, excerpt=row.detail) for row in hidden)
        yield Hit(
            subject=packer.id,
            status=Status.PROVEN if hidden else Status.SUSPECTED,
            evidence=evidence or (FindingEvidence(kind="coverage", where="package", excerpt=packer.name),),
            values={"packer": title},
        )
        yield HumanCheck(
            clause="191-2.1",
            look_at=Bilingual(
                zh=f"应用已加固（{title.zh}），静态结果不完整：请索取未加固包，或补充流量和真机检测。",
                en=f"The app is packed with {title.en}: static results are incomplete. Ask for the unpacked one, "
                "or add traffic and device runs.",
            ),
        )


@check("COVERAGE.INCOMPLETE")
def incomplete(case: Case) -> Iterator[Outcome]:
    """Report that static analysis is incomplete: checks of absence were not made, and a person is told which."""
    static = case.static
    yield from look_at_bundles(case)
    if static is None or static.coverage.complete:
        return
    codes = sorted({reason.code for reason in static.coverage.reasons})
    why = names.joined(
        Bilingual(zh=zh, en=en) for zh, en in (_REASONS.get(code, (code, code)) for code in codes or ["not_examined"])
    )
    if not (static.packers and codes == ["packed"]):  # COVERAGE.PACKED says the same with more
        yield Hit(
            subject="coverage",
            status=Status.PROVEN,
            evidence=in_order(
                FindingEvidence(kind="coverage", where=reason.code, excerpt=reason.detail)
                for reason in static.coverage.reasons
            ),
            values={"why": why},
        )
    for clause, zh, en in _NOT_MADE:
        yield HumanCheck(
            clause=clause,
            look_at=Bilingual(
                zh=f"静态分析不完整（{why.zh}），未检查：{zh}。未发现不等于没有，请人工核对。",
                en=f"Static analysis is incomplete ({why.en}), not examined: {en}. Not found is not absent; look.",
            ),
        )
