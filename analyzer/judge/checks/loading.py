"""Code that is loaded after the app was handed in: what was examined is not all that will run."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.judge.case import Case
from analyzer.judge.evidence import in_order
from analyzer.judge.hits import Hit, Outcome, check
from analyzer.model import Bilingual, FindingEvidence, HumanCheck, Status

_KINDS = ("hotfix", "plugin")


@check("CODE.LOADED_LATER")
def loaded_later(case: Case) -> Iterator[Outcome]:
    """Name each hot-fix or plugin framework, and scripts that replace the app's own code.

    That it is there does not show that it changed anything without telling, so it is suspected at most.
    """
    static = case.static
    if static is None:
        return
    found: list[tuple[str, Bilingual, list[FindingEvidence]]] = []
    for sdk in static.sdks:
        if sdk.category in _KINDS and sdk.confidence != "weak":
            rule = case.catalogue.sdks.get(sdk.id)
            title = Bilingual(zh=rule.label("zh"), en=rule.label("en")) if rule else Bilingual(zh=sdk.name, en=sdk.name)
            signs = [FindingEvidence(kind="sdk", where=one.kind, excerpt=one.value) for one in sdk.evidence]
            found.append((sdk.id, title, signs))
    for bundle in static.bundles:
        rule_of = case.catalogue.frameworks.get(bundle.framework)
        if bundle.updates and rule_of is not None:
            title = Bilingual(zh=f"{rule_of.title.zh} 热更新", en=f"hot update of {rule_of.title.en}")
            places = [row.rpartition(" ") for row in bundle.updates]
            signs = [FindingEvidence(kind="code", where=where, excerpt=name) for where, _, name in places]
            found.append((f"{bundle.framework}:{bundle.place}", title, signs))
    for subject, title, signs in found:
        yield Hit(subject=subject, status=Status.SUSPECTED, evidence=in_order(signs), values={"framework": title})
        yield HumanCheck(
            clause="GBT-43435-P4",
            look_at=Bilingual(
                zh=f"应用可通过“{title.zh}”更换代码：请核对更新机制、是否告知用户，更新后的行为是否与备案一致。",
                en=f"The app can change its code through {title.en}: ask how updates are made and told, and whether "
                "what runs after an update is still what was filed.",
            ),
        )
