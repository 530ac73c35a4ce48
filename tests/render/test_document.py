import json

import jsonschema
from reports import hostile_report

from analyzer.model import json_schema
from analyzer.render import render


def test_json_validates_against_the_published_schema():
    document = json.loads(render(hostile_report(), "json"))
    jsonschema.Draft202012Validator.check_schema(json_schema())
    jsonschema.validate(document, json_schema())
    assert document["schema"] == "eduaudit.report/1"


def test_json_is_canonical_and_the_same_in_both_languages():
    text = render(hostile_report(), "json", "zh")
    assert text == render(hostile_report(), "json", "en")
    assert text == json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, indent=2) + "\n"
