"""The committed packages against `expected.yaml`, read by androguard and matched against the raw rule tables.

Neither our DEX index nor our catalogue takes part, so that this can judge them.
"""

from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
IDS = ("reader", "homework", "campus", "packed")


def expected(sample):
    return yaml.safe_load((ROOT / "samples" / sample / "expected.yaml").read_text(encoding="utf-8"))


@cache
def api_rows():
    """Rows of every file under rules/apis: ({method signature: rows}, {field: rows}, {secure settings key: rows})."""
    methods, fields, settings = defaultdict(list), defaultdict(list), defaultdict(list)
    for path in sorted((ROOT / "rules" / "apis").glob("*.yaml")):
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        for section, into in (("methods", methods), ("fields", fields)):
            for owner, members in document.get(section, {}).items():
                for member, rows in members.items():
                    into[f"{owner}->{member}"] += rows
        for key, rows in document.get("settings", {}).items():
            settings[key] += rows
    return methods, fields, settings


@cache
def package(sample):
    from androguard.core.apk import APK
    from loguru import logger

    logger.disable("androguard")
    return APK(str(ROOT / "samples" / sample / f"{sample}.apk"))


@cache
def code_items(sample):
    """[(caller, [(mnemonic, operand)])] of every method with code."""
    from androguard.core.dex import DEX

    found = []
    for data in package(sample).get_all_dex():
        for method in DEX(data).get_encoded_methods():
            caller = f"{method.get_class_name()}->{method.get_name()}{method.get_descriptor()}".replace(" ", "")
            found.append((caller, [(one.get_name(), one.get_output()) for one in method.get_instructions()]))
    return found


@cache
def overrides(sample):
    """{(signature in a class or interface that is extended, signature of the method that overrides it)}."""
    from androguard.core.dex import DEX

    return {
        (f"{base}->{method.get_name()}{method.get_descriptor()}".replace(" ", ""),
         f"{one.get_name()}->{method.get_name()}{method.get_descriptor()}".replace(" ", ""))
        for data in package(sample).get_all_dex()
        for one in DEX(data).get_classes()
        for base in (one.get_superclassname(), *one.get_interfaces())
        for method in one.get_methods()
    }  # fmt: skip


def reads(sample):
    """{(data, api, caller)} by role, out of an androguard decode of all instructions."""
    methods, fields, settings = api_rows()
    found = defaultdict(set)

    def note(rows, api, caller):
        for row in rows:
            for data in row["data"]:
                found["helper" if row.get("role") in {"helper", "request"} else "access"].add((data, api, caller))

    for signature, caller in overrides(sample):
        note([row for row in methods.get(signature, []) if row.get("use") == "override"], signature, caller)
    for caller, code in code_items(sample):
        strings = {
            operand.split(",", 1)[1].strip().strip("\"'") for name, operand in code if name.startswith("const-string")
        }
        for name, operand in code:
            target = operand.rsplit(", ", 1)[-1] if "->" not in operand else operand[operand.index("->") :]
            if name.startswith("invoke"):
                owner = operand[: operand.index("->")].rsplit(", ", 1)[-1].rsplit(" ", 1)[-1]
                signature = (owner + target).replace(" ", "")
                rows = methods.get(signature, [])
                if any(row.get("decides") == "settings" for row in rows):
                    for key in strings:
                        note(settings.get(f"secure:{key}", []), f"settings:secure:{key}", caller)
                else:
                    note(rows, signature, caller)
            elif name.startswith(("sget", "iget")):
                owner = operand[: operand.index("->")].rsplit(", ", 1)[-1]
                member, _, kind = target[2:].replace(":", " ").partition(" ")
                note(fields.get(f"{owner}->{member}:{kind.strip()}", []), f"field:{owner}->{member}", caller)
    return found


@pytest.mark.parametrize("sample", IDS)
def test_expected_accesses_are_all_that_the_code_holds(sample):
    rows = {(row["data"], row["api"], row["caller"]) for row in expected(sample)["accesses"]}
    assert reads(sample)["access"] == rows


@pytest.mark.parametrize("sample", IDS)
def test_expected_helpers_are_all_that_the_code_holds(sample):
    rows = {(row["data"], row["api"], row["caller"]) for row in expected(sample)["helpers"]}
    assert reads(sample)["helper"] == rows


@pytest.mark.parametrize("sample", IDS)
def test_manifest_says_what_is_expected(sample):
    apk, want = package(sample), expected(sample)
    assert apk.get_package() == want["app"]["package"]
    assert apk.get_app_name() == want["app"]["label"]
    assert apk.get_androidversion_name() == want["app"]["version_name"]
    assert int(apk.get_androidversion_code()) == want["app"]["version_code"]
    assert int(apk.get_min_sdk_version()) == want["app"]["min_sdk"]
    assert int(apk.get_target_sdk_version()) == want["app"]["target_sdk"]
    assert sorted(apk.get_permissions()) == sorted(row["name"] for row in want["permissions"])
    schemes = [
        name
        for name, present in (("v1", apk.is_signed_v1()), ("v2", apk.is_signed_v2()), ("v3", apk.is_signed_v3()))
        if present
    ]
    assert schemes == want["app"]["schemes"]


@pytest.mark.parametrize("sample", IDS)
def test_declared_components_have_code_unless_the_package_is_packed(sample):
    apk = package(sample)
    declared = {*apk.get_activities(), *apk.get_services(), *apk.get_receivers(), *apk.get_providers()}
    defined = {caller.partition(";->")[0][1:].replace("/", ".") for caller, _ in code_items(sample)}
    assert declared - defined == set(expected(sample).get("packer", {}).get("missing_components", ()))


def test_the_expected_actor_is_the_longest_sdk_prefix_of_the_caller():
    prefixes = {
        "Lcom/umeng/commonsdk/": "sdk:umeng-analytics",
        "Lcn/jpush/android/": "sdk:jpush",
        "Lcom/bytedance/sdk/openadsdk/": "sdk:pangle-csj",
        "Lcom/megvii/": "sdk:megvii-faceid",
    }
    for sample in IDS:
        for row in expected(sample)["accesses"]:
            actor = next((name for prefix, name in prefixes.items() if row["caller"].startswith(prefix)), "app")
            assert row["actor"] == actor, row
