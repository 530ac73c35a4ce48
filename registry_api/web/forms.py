"""Fields of a form → the request bodies of the API, so that a page accepts exactly what the API does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from registry_api.errors import FieldError, RegistryError


def first(form: Mapping[str, list[str]], name: str) -> str:
    """Return the first value of a field, with the line ends of this machine; empty when it is not there."""
    return form.get(name, [""])[0].replace("\r\n", "\n")


def read_body[BodyType: BaseModel](model: type[BodyType], values: Mapping[str, Any]) -> BodyType:
    """Return the request body, or raise ``invalid`` with an error for each field."""
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        errors = [
            FieldError("/" + "/".join(map(str, item["loc"])), str(item["type"]), str(item["msg"]))
            for item in error.errors(include_url=False)
        ]
        detail = "; ".join(f"{item.pointer}: {item.message}" for item in errors[:5])
        raise RegistryError("invalid", detail, errors) from None
