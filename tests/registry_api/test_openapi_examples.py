"""The description of the API: operation ids that stay, and examples that the schemas accept."""

from pathlib import Path

import jsonschema
import pytest

from registry_api.kit.examples import recorded

SNAPSHOT = Path(__file__).parents[1] / "data" / "registry_operations.txt"
METHODS = {"get", "post", "put", "delete", "head", "patch"}


@pytest.fixture
def description(api):
    return api.http.app.openapi()


def operations(description):
    return {
        operation["operationId"]: (method.upper(), path, operation)
        for path, item in description["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def test_no_operation_is_renamed_or_moved(description):
    now = {f"{name} {method} {path}" for name, (method, path, _) in operations(description).items()}
    before = set(SNAPSHOT.read_text("utf-8").splitlines())
    assert before - now == set(), "clients call these; a new operation gets a new line, none goes"


def test_the_description_is_the_same_when_it_is_asked_for_again(api, description):
    text = api("GET", "/openapi.json").json()
    assert text == api("GET", "/openapi.json").json()
    for name, (_, _, operation) in operations(text).items():
        parameters = [(item["name"], item["in"]) for item in operation.get("parameters", ())]
        assert len(parameters) == len(set(parameters)), name


def test_every_example_fits_its_schema(description):
    assert set(recorded()) == set(operations(description)), "record what is missing: tests/support/example_recorder.py"
    for name in sorted(recorded()):
        check_example(description, name)


def check_example(description, name):
    _, path, operation = operations(description)[name]
    resolver = {"components": description["components"]}
    shown = 0
    for content in operation.get("requestBody", {}).get("content", {}).values():
        for example in content.get("examples", {}).values():
            jsonschema.Draft202012Validator({**content["schema"], **resolver}).validate(example["value"])
            shown += 1
    for answer in operation["responses"].values():
        for content in answer.get("content", {}).values():
            for example in content.get("examples", {}).values():
                jsonschema.Draft202012Validator({**content.get("schema", {}), **resolver}).validate(example["value"])
                shown += 1
    for parameter in operation.get("parameters", ()):
        if "example" in parameter:
            jsonschema.Draft202012Validator({**parameter["schema"], **resolver}).validate(parameter["example"])
            shown += 1
    if "{" in path:
        assert all("example" in item for item in operation["parameters"] if item["in"] == "path"), name
    assert shown or "application/json" not in str(operation["responses"]), name


def test_examples_hold_no_secret():
    text = Path(__file__).parents[2].joinpath("registry_api/kit/examples.json").read_text("utf-8")
    assert "whsec_" not in text.replace("whsec_(shown once)", "")
    assert "edr_" not in text.replace("edr_0a1b2c3d_(shown once)", "").replace("edr_<id>", "")
