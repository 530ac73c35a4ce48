import re

import pytest
from sqlmodel import select

import analyzer
from registry_api.accounts.access import Role
from registry_api.accounts.keys import issue
from registry_api.filings.models import Filing
from registry_api.organizations.models import Organization
from registry_api.organizations.uscc import check_character

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def uscc(province, serial):
    head = f"91{province}0000M{serial}Y4"[:17].ljust(17, "0")
    return head + check_character(head)


@pytest.fixture
def member(api, registry):
    """Sign the test client in as a member of a unit; return a poster that sends the page's own token."""

    def sign_in(role=Role.VENDOR, serial="000100", name="晨光教育科技有限公司"):
        api("POST", "/organizations", json={"name": name, "uscc": uscc("31", serial)})
        with registry.database.write() as session:
            unit = session.exec(select(Organization).where(Organization.uscc == uscc("31", serial))).one()
            key = issue(session, name="测试", role=role, organization_id=unit.id)[1]
        api.http.cookies.clear()
        assert api.http.post("/login", data={"key": key}, follow_redirects=False).status_code == 303

        def post(path, page=None, **fields):
            shown = api.http.get(page or path)
            assert shown.status_code == 200, shown.text
            hidden = dict(re.findall(r'<input type="hidden" name="(csrf|version)" value="([^"]*)"', shown.text))
            return api.http.post(path, data={**hidden, "lang": "zh", **fields}, follow_redirects=False)

        post.key = key
        return post

    return sign_in


def fields_of(document):
    """A filing document as the fields of the form."""
    found = {}
    for block in ("unit", "system", "app"):
        for key, value in document[block].items():
            pointer = f"/{block}/{key}"
            found[pointer] = "\n".join(map(str, value)) if isinstance(value, list) else value
    return found


@pytest.fixture
def drafted(member, filing_of):
    post = member()
    answer = post("/vendor/new", **fields_of(filing_of()))
    assert answer.status_code == 303, answer.text
    return post, answer.headers["location"].partition("?")[0]


def test_a_provider_drafts_mends_and_submits(api, drafted, registry, upload, drain):
    post, path = drafted
    page = api.http.get(path).text
    assert "下一步：补齐必填项" in page
    assert "晨光学习平台" in page
    refused = post(path, do="save", **{"/app/name": "晨光学习", "/system/icp": "不是备案号", "/app/download_url": "x"})
    assert refused.status_code == 422
    assert 'value="不是备案号"' in refused.text, "what was typed is still there"
    assert 'id="f-system-icp" name="/system/icp" value="不是备案号" aria-invalid="true"' in refused.text
    answer = post(path, do="submit", artifact_upload=upload({}, key=post.key))
    assert answer.status_code == 303, answer.text
    drain()
    assert "正在审核" in api.http.get(path).text
    with registry.database.read() as session:
        assert session.exec(select(Filing)).one().document["system"]["domains"] == ["example.cn"]


def test_a_form_from_an_older_state_is_refused_and_loses_nothing(api, drafted, registry):
    post, path = drafted
    answer = post(path, do="save", version="0", **{"/app/description": "很长的说明"})
    assert answer.status_code == 412
    assert "很长的说明" in answer.text


def test_corrections_are_answered_one_by_one(api, drafted, registry, upload, drain):
    post, path = drafted
    post(path, do="submit", artifact_upload=upload({}, key=post.key))
    drain()
    items = [
        {"field": "/app/sdks", "problem": f"问题{EVIL}", "suggestion": "建议"},
        {"field": "/policy", "problem": "缺少"},
    ]
    moved = api(
        "POST",
        "/filings/1/transitions",
        role="reviewer",
        province="31",
        json={"event": "return", "corrections": items},
        headers={"If-Match": "*"},
    )
    assert moved.status_code == 200, moved.text
    page = api.http.get(path).text
    assert "<script>alert" not in page
    assert "问题&#34;&gt;&lt;script&gt;" in page
    left = post(path, do="submit", **{"reply-1": "已说明"})
    assert left.status_code == 409
    assert "已说明" in left.text
    assert post(path, do="answer", **{"reply-1": "已说明"}).status_code == 303
    assert post(path, do="submit", **{"reply-2": "已补充"}).status_code == 303
    drain()
    assert "正在审核" in api.http.get(path).text


def test_a_self_check_shows_the_report_and_leaves_nothing_on_record(api, member, upload, registry, drain):
    post = member()
    given = upload({"findings": [f"DATA.X|{EVIL}|high"], "packed": True}, key=post.key)
    waiting = post("/vendor/check", artifact_upload=given).headers["location"]
    assert "排队中" in api.http.get(waiting).text
    drain()
    answer = api.http.get(waiting)
    assert answer.status_code == 200
    for said in ("标题 DATA.X", "不完整：未发现不等于不存在", "classes.dex"):
        assert said in answer.text, said
    assert "<script>alert" not in answer.text
    with registry.database.read() as session:
        assert session.exec(select(Filing)).all() == []
    broken = post("/vendor/check", artifact_upload=upload(b"no package", key=post.key))
    drain()
    assert "app.apk: is not a ZIP archive" in api.http.get(broken.headers["location"]).text
    assert post("/vendor/check", artifact_upload="").status_code == 422


def test_a_notice_is_received_answered_and_printed(api, drafted, upload, drain):
    post, path = drafted
    post(path, do="submit", artifact_upload=upload({"findings": ["DATA.X|device.imei|high"]}, key=post.key))
    drain()
    notice = api(
        "POST",
        "/notices",
        json={"kind": "rectification", "package": "cn.example.study"},
        role="reviewer",
        province="31",
    ).json()["id"]
    page = f"/vendor/notices/{notice}"
    assert api.http.get(page).status_code == 404, "not before it is issued"
    for event, role in (("sign", "lead_reviewer"), ("issue", "reviewer")):
        api(
            "POST",
            f"/notices/{notice}/transitions",
            json={"event": event},
            headers={"If-Match": "*"},
            role=role,
            province="31",
        )
    assert "待办文书" in api.http.get("/vendor").text
    assert post(page, do="receive").status_code == 303
    assert post(page, do="reply", reply="").status_code == 409
    proof = upload(b"%PDF-1.4 proof", name="%E6%95%B4%E6%94%B9.pdf", key=post.key)
    assert post(page, do="reply", reply="已整改", attachment=proof).status_code == 303
    shown = api.http.get(page).text
    assert "整改.pdf" in shown
    assert "已答复" in shown
    assert api.http.get(f"{page}/attachments/1").content == b"%PDF-1.4 proof"
    assert api.http.get(f"/papers/notices/{notice}/notice.pdf").content.startswith(b"%PDF-")
    case = api.http.get("/papers/filings/1/case.pdf")
    assert case.headers["content-type"] == "application/pdf"


def test_no_other_site_and_no_other_unit_acts_here(api, drafted, member):
    post, path = drafted
    assert api.http.post(path, data={"do": "withdraw"}).status_code == 403
    assert post(path, csrf="x", do="withdraw").status_code == 403
    member(serial="000200", name="夜光科技")
    assert api.http.get(path).status_code == 404
    assert "晨光学习" not in api.http.get("/vendor").text


def test_a_school_picks_an_app_files_its_use_and_is_warned(api, drafted, member, upload, drain, registry):
    post, path = drafted
    post(path, do="submit", artifact_upload=upload({}, key=post.key))
    drain()
    moved = api(
        "POST",
        "/filings/1/transitions",
        role="reviewer",
        province="31",
        json={"event": "approve"},
        headers={"If-Match": "*"},
    )
    assert moved.status_code == 200, moved.text
    assert api.http.get("/papers/filings/1/certificate.pdf").content.startswith(b"%PDF-")
    school = member(Role.SCHOOL, "000300", "实验小学")
    assert api.http.get("/vendor").status_code == 200
    assert "/school/new?package=cn.example.study" in api.http.get("/school", params={"q": "晨光"}).text
    form = {
        "/app/number": moved.json()["number"],
        "/app/package": "cn.example.study",
        "/use/mode": "required",
        "/use/origin": next(iter(analyzer.code_names("origins"))),
        "/use/decision": "校务会议 2026-11-02 第 12 号",
        "/institution/legal_name": "实验小学",
        "/institution/uscc": uscc("31", "000300"),
        "/institution/department": "信息中心",
        "/institution/contact_name": "测试",
    }
    wrong = school("/school/new", **{**form, "/app/number": "教APP备3199999号"})
    assert wrong.status_code == 422
    assert "校务会议" in wrong.text
    made = school("/school/new", "/school/new?package=cn.example.study", **form)
    assert made.status_code == 303, made.text
    page = made.headers["location"].partition("?")[0]
    done = school(page, do="submit", **form)
    assert done.status_code == 303, done.text
    assert "请停止使用" not in api.http.get("/school").text
    with registry.database.write() as session:
        session.exec(select(Filing)).one().state = "suspended"
    for shown in (api.http.get("/school").text, api.http.get(page).text):
        assert "请停止使用" in shown
