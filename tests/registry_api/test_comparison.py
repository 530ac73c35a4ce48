"""Which SDKs of a package are held against a filing that does not name them."""

import pytest

from registry_api.web.comparison import compare

FILED = {"package": "cn.school.app", "sdks": []}


def row_of(*sdks):
    report = {
        "summary": {"channels": {"static": True}},
        "coverage": {"complete": True},
        "app": {"package": "cn.school.app", "label": None, "version_name": None, "signers": []},
        "sdks": [
            {"id": name.lower(), "name": name, "vendor": "V", "category": "push", "confidence": confidence}
            for name, confidence in sdks
        ],
        "permissions": [],
        "ledger": [],
        "endpoints": [],
        "strings": [],
    }
    return next(row for row in compare(FILED, report) if row.anchor == "#sdks")


@pytest.mark.parametrize(
    ("sdks", "agreement", "named"),
    [
        ((("JPush", "certain"), ("JCore", "weak")), "mismatch", "JPush"),
        ((("JPush", "certain"), ("JCore", "probable")), "mismatch", "JPush、JCore"),
        ((("JCore", "weak"),), "check", "JCore"),
    ],
)
def test_a_weak_sign_is_no_reproach_beside_certain_ones(sdks, agreement, named):
    row = row_of(*sdks)
    assert row.agreement == agreement
    assert row.note.zh == f"包内有、申报中未找到：{named}"
