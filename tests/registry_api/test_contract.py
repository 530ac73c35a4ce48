"""Every operation against its own description: no 5xx, no answer that the description does not know."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from registry_api.accounts.access import Role
from registry_api.accounts.keys import issue

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance)
BOUNDED = settings(
    max_examples=5,
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def wrong_answers(operation, headers):
    wrong = {}

    @BOUNDED
    @given(case=operation.as_strategy())
    def check(case):
        answer = case.call(headers=headers)
        try:
            case.validate_response(answer, checks=CHECKS)
        except BaseException as error:  # noqa: BLE001 - a group of failures, of which each status is told once
            wrong[answer.status_code] = f"{case.method} {case.formatted_path}: {error} {answer.text[:200]}"

    check()
    return wrong


def revoked_answer(operation, headers):
    """Revoke the key that asks: a key that exists is not among those that are made up."""
    case = operation.Case(path_parameters={"key_id": headers["Authorization"].split("_")[1]})
    answer = case.call(headers=headers)
    assert answer.status_code < 300, answer.text
    assert case.call(headers=headers).status_code == 401
    try:
        case.validate_response(answer, checks=CHECKS)
    except BaseException as error:  # noqa: BLE001 - as above
        return {answer.status_code: str(error)}
    return {}


@pytest.mark.filterwarnings("ignore")
def test_no_operation_answers_5xx_or_what_its_description_does_not_know(api, registry, submitted, drain, key_of):
    submitted({"findings": ["DATA.A|device.imei|high"]})
    drain()
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", api.http.app)
    headers = {"Authorization": f"Bearer {key_of()}"}
    wrong = {}
    for found in schema.get_all_operations():
        operation = found.ok()
        identity = operation.definition.raw["operationId"]
        if identity == "revokeKey":  # it may take the very key that asks: it gets one of its own
            with registry.database.write() as session:
                own = {"Authorization": f"Bearer {issue(session, name='to be revoked', role=Role.ADMIN)[1]}"}
            answers = wrong_answers(operation, own) | revoked_answer(operation, own)
        else:
            answers = wrong_answers(operation, headers)
        if answers:
            wrong[identity] = answers
    assert api("GET", "/keys").status_code == 200, "the key of the others was revoked"
    assert not wrong, "\n".join(
        f"{name} {status} {text}" for name, each in wrong.items() for status, text in each.items()
    )
