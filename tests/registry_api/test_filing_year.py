from filing_year import Clock, play

STEPS = [
    "filing.draft",
    "filing.submit",
    "filing.begin_precheck",
    "filing.finish_precheck",
    "filing.return",
    "filing.mend",
    "filing.reply_correction",
    "filing.submit",
    "filing.begin_precheck",
    "filing.finish_precheck",
    "filing.resolve_correction",
    "filing.approve",
    "filing.request_change",
    "filing.approve_change",
    "filing.order_rectification",
    "filing.report_rectified",
    "filing.reject_rectification",
    "filing.report_rectified",
    "filing.confirm_rectified",
    "filing.suspend",
    "filing.restore",
    "filing.suspend",
    "filing.revoke",
]
SCHOOL = [
    "user_filing.draft",
    "user_filing.submit",
    "user_filing.approve",
    "user_filing.invalidate",
    "user_filing.reinstate",
    "user_filing.invalidate",
    "user_filing.end",
]


def test_a_year_of_one_filing(api, registry, upload, filing_of, drain, monkeypatch):
    mine, school = play(api, registry, upload, filing_of, drain, Clock(monkeypatch))
    assert mine == STEPS
    assert school == SCHOOL
