import base64
import io
import stat

import pypdfium2
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from analyzer.model import EduauditError
from registry_api.certificates.chinese import close_dates, office_date
from registry_api.certificates.keys import pem, public_keys, read_public_key, signing_key
from registry_api.certificates.token import Certificate, CertificateError, check, shorten, sign
from registry_api.cli import registry as command
from registry_api.exchange.backup import backup, restore
from registry_api.filings.models import Filing


@pytest.fixture
def filed(api, submitted, drain):
    answer = submitted({}).json()
    drain()
    moved = api(
        "POST",
        f"/filings/{answer['id']}/transitions",
        role="reviewer",
        province="31",
        json={"event": "approve"},
        headers={"If-Match": "*"},
    )
    assert moved.status_code == 200, moved.text
    return moved.json()


@pytest.fixture
def paper(api, filed):
    answer = api("GET", f"/filings/{filed['id']}/certificate")
    assert answer.status_code == 200, answer.text
    return answer.content


def words(content):
    document = pypdfium2.PdfDocument(content)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    keywords = document.get_metadata_value("Keywords")
    document.close()
    return text.replace("\r\n", "\n"), keywords


def made(folder, **more):
    identity, key = signing_key(folder)
    fields = {
        "number": "教APP备3100001号",
        "app": "晨光学习",
        "package": "cn.example.study",
        "provider": "晨光教育",
        "province": "31",
        "filed_on": "2026-11-22",
        "key": identity,
    }
    return sign(Certificate(**{**fields, **more}), key)


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path):
    one, key = signing_key(tmp_path)
    assert signing_key(tmp_path)[0] == one
    secret = tmp_path / "keys" / "certificate.pem"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert sorted(item.name for item in secret.parent.iterdir()) == sorted(["certificate.pem", f"{one}.pub.pem"])
    secret.chmod(0o640)
    with pytest.raises(EduauditError, match="others may read"):
        signing_key(tmp_path)
    secret.unlink()
    two, _ = signing_key(tmp_path)
    assert set(public_keys(tmp_path)) == {one, two}, "what the old key signed can still be checked"
    assert check(
        sign(Certificate("n", "a", "p", "o", "31", "2026-01-02", one), key), public_keys(tmp_path)
    ).verdict == ("valid")


def test_a_changed_character_is_seen_and_another_key_proves_nothing(tmp_path):
    text = made(tmp_path / "a")
    keys = public_keys(tmp_path / "a")
    assert check(text, keys).verdict == "valid"
    assert check(f"https://x.example/portal/verify?lang=zh&code={text}", keys).verdict == "valid"
    head, payload, signature = text.split(".")
    other = base64.urlsafe_b64encode(
        base64.urlsafe_b64decode(payload + "==").replace("晨光学习".encode(), "夜光学习".encode())
    )
    forged = f"{head}.{other.rstrip(b'=').decode()}.{signature}"
    assert check(forged, keys).verdict == "forged"
    signing_key(tmp_path / "b")
    assert check(text, public_keys(tmp_path / "b")).verdict == "unknown_key"
    for cut in ("", "EDUCERT1", text[:-2], text + "=", f"{head}.{payload}", f"{head}.e30.{signature}", "x" * 7000):
        with pytest.raises(CertificateError):
            check(cut, keys)


@given(st.text(max_size=200))
def test_no_text_is_anything_but_checked_or_refused(text):
    for given_text in (text, "EDUCERT1." + text, f"EDUCERT1.{base64.urlsafe_b64encode(text.encode()).decode()}.AA"):
        with pytest.raises(CertificateError):
            check(given_text, {})


@given(st.text(max_size=400))
def test_a_name_of_any_length_is_one_short_line(name):
    short = shorten(name)
    assert len(short) <= 100
    assert "\n" not in short
    assert shorten(short) == short


def test_public_keys_are_read_as_pem_hex_and_base64(tmp_path):
    identity, key = signing_key(tmp_path)
    raw = key.public_key().public_bytes_raw()
    for text in (pem(key.public_key()), raw.hex(), base64.b64encode(raw).decode()):
        assert read_public_key(text, "x")[0] == identity
    for text in ("", "zz", raw.hex()[:-2], "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----"):
        with pytest.raises(EduauditError, match=r"^x: "):
            read_public_key(text, "x")


def test_the_paper_says_what_is_signed_and_the_same_filing_gives_the_same_bytes(api, paper, filed, registry):
    text, code = words(paper)
    for said in (filed["number"], "晨光学习", "cn.example.study", "晨光教育科技有限公司", "上海"):
        assert said in text, said
    checked = check(code, public_keys(registry.settings.data))
    assert (checked.verdict, checked.certificate.number) == ("valid", filed["number"])
    assert office_date(checked.certificate.filed_on) in text
    assert api("GET", f"/filings/{filed['id']}/certificate").content == paper


def test_what_has_no_number_or_is_out_of_force_has_no_certificate(api, submitted, drain, filed, registry):
    with registry.database.write() as session:
        session.exec(select(Filing)).one().state = "suspended"
    answer = api("GET", f"/filings/{filed['id']}/certificate")
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal-transition")


def test_anyone_sees_the_present_state_of_a_certificate(api, paper, filed, registry):
    code = words(paper)[1]

    def ask(text):
        return api.http.get("/api/v1/public/certificates", params={"code": text})

    first = ask(code).json()
    assert (first["verdict"], first["present"]["state"], first["differs"]) == ("valid", "filed", [])
    with registry.database.write() as session:
        session.exec(select(Filing)).one().state = "revoked"
    assert ask(code).json()["present"]["state"] == "revoked"
    assert ask(filed["number"]).json()["present"]["state"] == "revoked"
    assert ask("教APP备3199999号").json()["present"] is None
    assert ask("EDUCERT1.x.y").json()["errors"][0]["code"] == "certificate"
    keys = api.http.get("/api/v1/public/certificate-keys").json()["items"]
    assert [item["current"] for item in keys] == [True]
    assert "PRIVATE" not in str(keys)


def test_an_older_certificate_whose_names_have_changed_says_so(api, paper, registry):
    from registry_api.organizations.models import App

    with registry.database.write() as session:
        session.exec(select(App)).one().name = "夜光学习"
    assert api.http.get("/api/v1/public/certificates", params={"code": words(paper)[1]}).json()["differs"] == ["app"]


def test_what_a_stranger_signed_is_not_repeated(api, filed, tmp_path):
    answer = api.http.get("/api/v1/public/certificates", params={"code": made(tmp_path / "other", app="冒名")}).json()
    assert answer == {"verdict": "unknown_key", "certificate": None, "present": None, "differs": []}


def test_the_command_checks_paper_and_text_offline(tmp_path, paper, registry, settings):
    file, code, key = tmp_path / "c.pdf", words(paper)[1], tmp_path / "key.pem"
    file.write_bytes(paper)
    run = CliRunner().invoke
    shown = run(command, ["certificate", "key", "--data", str(settings.data)])
    key.write_text(shown.stdout)
    for source in (str(file), code):
        done = run(command, ["certificate", "verify", source, "--key", str(key)])
        assert done.exit_code == 0, done.output
        assert "晨光学习" in done.output
    assert run(command, ["certificate", "verify", code, "--data", str(settings.data)]).exit_code == 0
    wrong = run(command, ["certificate", "verify", code, "--key", "00" * 32])
    assert wrong.exit_code == 1
    assert "NOT CHECKED" in wrong.output
    for source in ("EDUCERT1.x.y", str(tmp_path / "none.pdf"), "y" * 5000):
        done = run(command, ["certificate", "verify", source, "--key", str(key)])
        assert isinstance(done.exception, EduauditError), done.output
    out = tmp_path / "again.pdf"
    number = check(code, public_keys(settings.data)).certificate.number
    assert run(command, ["certificate", "issue", number, "-o", str(out), "--data", str(settings.data)]).exit_code == 0
    assert out.read_bytes() == paper


def test_a_backup_carries_the_signing_key(paper, registry, tmp_path):
    backup(registry, tmp_path / "copy")
    restore(tmp_path / "copy", tmp_path / "again")
    again = tmp_path / "again" / "keys" / "certificate.pem"
    assert stat.S_IMODE(again.stat().st_mode) == 0o600
    assert signing_key(tmp_path / "again")[0] == signing_key(registry.settings.data)[0]


def test_dates_are_written_as_offices_write_them():
    assert office_date("2026-01-02") == "2026年1月2日"
    assert close_dates("请于 2026 年 1 月 12 日 前") == "请于2026年1月12日前"


def test_a_notice_is_a_paper_with_number_addressee_and_date(api, submitted, drain):
    submitted({"findings": ["DATA.<b>X</b>|<script>&amp;|high"]})
    drain()
    role = {"role": "reviewer", "province": "31"}
    notice = api("POST", "/notices", json={"kind": "rectification", "package": "cn.example.study"}, **role).json()
    draft = words(api("GET", f"/notices/{notice['id']}/paper", **role).content)[0]
    assert "草稿，未编号" in draft
    for event, who in (("sign", "lead_reviewer"), ("issue", "reviewer")):
        moved = api(
            "POST",
            f"/notices/{notice['id']}/transitions",
            json={"event": event},
            headers={"If-Match": "*"},
            role=who,
            province="31",
        )
        assert moved.status_code == 200, moved.text
    answer = api("GET", f"/notices/{notice['id']}/paper", **role)
    text = words(answer.content)[0].replace("\n", "")
    for said in (moved.json()["number"], "整改通知书", "<script>&amp;", "上海教育行政部门"):
        assert said in text, said
    assert office_date(moved.json()["due_on"]) in text
    assert "/JavaScript" not in io.BytesIO(answer.content).getvalue().decode("latin1")


def test_a_case_file_names_what_the_filing_has_as_codes(api, filed, registry):
    from registry_api.accounts.access import Actor, Role
    from registry_api.certificates.papers import case_paper

    with registry.database.write() as session:
        row = session.exec(select(Filing)).one()
        row.document = {
            "unit": {"unit_type": "enterprise"},
            "system": {"mlps_date": "2026-03-02", "mlps_report_date": "春天"},
            "app": {
                "platform": "android",
                "category": "non_subject_tutoring",
                "stages": ["primary", "mars"],
                "app_types": [19],
                "use_mode": "free",
                "personal_data": ["device.imei", "自己写的"],
                "contains": ["ads"],
            },
        }
    actor = Actor("k", "k", Role.LEAD, province="31")
    text = words(case_paper(registry, actor, filed["id"], str, str)[0])[0]
    for said in (
        "企业",
        "2026年3月2日",
        "春天",
        "安卓",
        "非学科培训类",
        "小学、mars",
        "自主使用",
        "IMEI（",
        "自己写的",
    ):
        assert said in text, said
    for code in ("enterprise", "2026-03-02", "non_subject", "device.imei", "primary", "ads"):
        assert code not in text, code


def test_a_week_is_named_as_offices_name_it():
    from registry_api.audits.round_booklet import _week

    assert _week("2026-W48") == "2026年第48周，11月23日至29日"
    assert _week("2026-W01") == "2026年第1周，12月29日至1月4日"


def test_the_organ_that_signs_is_a_setting_of_the_province():
    from registry_api.certificates.papers import _organ

    names = "31=上海市教育委员会; 33=浙江省教育厅"
    assert _organ(names, "31") == "上海市教育委员会"
    assert _organ(names, "33") == "浙江省教育厅"
    assert _organ(names, "51") == "四川教育行政部门"
    assert _organ("", "31") == "上海教育行政部门"
