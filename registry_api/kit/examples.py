"""Examples in the description of the API: calls that were really made, kept as data beside this module."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

NAME = "recorded"


@cache
def recorded() -> dict[str, Any]:
    """Return operation id → ``status``, ``parameters``, ``request`` and ``response`` of one call that succeeded."""
    text = resources.files("registry_api.kit").joinpath("examples.json").read_text("utf-8")
    examples: dict[str, Any] = json.loads(text)
    return examples


def describe_examples(operation: dict[str, Any]) -> None:
    """Put the example of an operation into its description: parameters, body and answer of the same call."""
    example = recorded().get(operation["operationId"])
    if example is None:
        return
    given = {**example["parameters"], **example["query"], **example["headers"]}
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in given:
            parameter["example"] = _typed(parameter, given[parameter["name"]])
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        if "json" in media and "request" in example:
            content["examples"] = {NAME: {"value": example["request"]}}
    answer = operation["responses"].get(str(example["status"]))
    if answer is not None and "response" in example:
        content = answer.setdefault("content", {}).setdefault("application/json", {})
        content["examples"] = {NAME: {"value": example["response"]}}


def _typed(parameter: dict[str, Any], value: str) -> Any:
    """Return the text of a parameter as a value of its type."""
    schema = parameter.get("schema", {})
    kinds = {schema.get("type"), *(item.get("type") for item in schema.get("anyOf", ()))}
    if "integer" in kinds and value.lstrip("-").isdigit():
        return int(value)
    return value in {"true", "1"} if "boolean" in kinds else value
