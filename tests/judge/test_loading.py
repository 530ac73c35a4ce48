import pytest

from analyzer.judge import judge
from analyzer.model import Bundle, Packer

UNI = Bundle(framework="uniapp", name="uni-app / 5+", place="assets/apps/X/www/", scripts=1)
INSTALL = "assets/apps/X/www/app-service.js:9 plus.runtime.install"


def found(build, catalogue, **static):
    judgement = judge(build.facts(static=build.static(**static)), catalogue)
    assert all(row.status == "suspected" for row in judgement.findings if row.rule == "CODE.LOADED_LATER")
    return {row.subject for row in judgement.findings if row.rule == "CODE.LOADED_LATER"}


def hotfix(build, **given):
    return build.sdk("tencent-tinker", category="hotfix", **given)


def test_hot_fix_framework_and_updating_scripts_are_named(build, catalogue):
    assert found(build, catalogue, sdks=(hotfix(build),)) == {"tencent-tinker"}
    updating = Bundle(**{name: getattr(UNI, name) for name in ("framework", "name", "place")}, updates=(INSTALL,))
    assert found(build, catalogue, bundles=(updating,)) == {"uniapp:assets/apps/X/www/"}


@pytest.mark.parametrize(("packer", "told"), [("dexprotector", True), ("bshield", False)])
def test_a_protector_that_hides_no_code_does_not_make_results_incomplete(build, catalogue, packer, told):
    rows = (Packer(id=packer, name=packer, evidence=("file: assets/x",)),)
    judgement = judge(build.facts(static=build.static(packers=rows)), catalogue)
    assert any(row.rule == "COVERAGE.PACKED" for row in judgement.findings) == told


@pytest.mark.parametrize("case", ["weak", "another category", "no updates"])
def test_what_shows_no_such_framework_is_not_named(build, catalogue, case):
    static = {
        "weak": {"sdks": (hotfix(build, confidence="weak"),)},
        "another category": {"sdks": (build.sdk("umeng-analytics"),)},
        "no updates": {"bundles": (UNI,)},
    }[case]
    assert found(build, catalogue, **static) == set()
