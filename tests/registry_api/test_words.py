"""What a page calls a code: no action of the trail and no field of a form stands there as a code alone."""

import re
from pathlib import Path

import registry_api
from registry_api.audits.runs import UNREADABLE
from registry_api.audits.standing import FindingEvent
from registry_api.filings.states import Event
from registry_api.filings.user_states import UserEvent
from registry_api.web.filing_fields import PROVIDER, USER, all_fields
from registry_api.web.words import WORDS, field_name

SOURCES = "\n".join(path.read_text("utf-8") for path in Path(registry_api.__file__).parent.rglob("*.py"))


def test_every_action_of_the_trail_has_a_name_in_both_languages():
    given = set(re.findall(r'"((?:account|app|audit|auth|key|organization|traffic|weekly)\.[a-z_]+)"', SOURCES))
    given -= {"app.html", "app.package", "organization.id", "organization.name", "app.id"}  # templates, columns
    given |= {f"filing.{event}" for event in Event} | {f"user_filing.{event}" for event in UserEvent}
    given |= {f"finding.{event}" for event in FindingEvent}
    assert len(given) > 50
    assert sorted(given - WORDS.keys()) == []
    assert all(zh and en and zh != en for zh, en in WORDS.values() if "SDK" not in zh)


def test_every_reason_for_which_an_audit_fails_has_a_name():
    given = set(re.findall(r'(?:_fail_for_good|runs\.fail)\([^)]*?"([a-z_]+)"', SOURCES)) | UNREADABLE
    assert len(given) >= 5
    assert sorted(code for code in given if f"failure.{code}" not in WORDS) == []


def test_every_field_of_a_form_is_named_by_the_rules():
    for field in all_fields(PROVIDER) + all_fields(USER):
        assert field_name(field.key, "zh") != field.key, field.pointer
        assert field_name(field.key, "en") != field.key, field.pointer
