"""What `eduaudit registry submit` does over HTTP: put on record what is missing, upload, hand in."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analyzer.model import EduauditError, UnreadableInputError
from registry_api.client import Client

_MENDABLE = frozenset({"draft", "returned_for_correction"})
_ENDED = frozenset({"refused", "revoked", "withdrawn"})


@dataclass(frozen=True)
class Submission:
    """What was handed in."""

    package: str
    filing_id: int
    run_id: str


def submit(client: Client, app: Path, filing: Path, policy: Path | None, note: Callable[[str], None]) -> Submission:
    """Hand in a filing with its package; a filing in force gets the package as a new version instead.

    The small checks come first: a wrong field is told before a large file travels.
    """
    document = _read(filing)
    for path in (app, policy):
        if path is not None and not path.is_file():
            raise UnreadableInputError(path, "there is no such file")
    unit, form = document.get("unit") or {}, document.get("app") or {}
    package, uscc = str(form.get("package") or ""), str(unit.get("uscc") or "")
    if not package or not uscc:
        raise UnreadableInputError(filing, "app.package and unit.uscc are needed")
    _organization(client, unit, uscc, note)
    living = client.find("/filings", package=package, limit="1")
    for item in (living or {}).get("corrections") or ():
        note(f"待补正 to be corrected: {item['field']}  {item['problem']}  {item['suggestion']}".rstrip())
    if living is None or living["state"] in _ENDED:
        living = client.call("POST", "/filings", json={"document": document}, once=True).json()
        note(f"filing {living['id']} drafted")
        _tell_warnings(living, note)
    elif living["state"] in _MENDABLE and living["document"] != document:
        living = client.call(
            "PUT", f"/filings/{living['id']}", json={"document": document}, etag=f'"{living["version"]}"'
        ).json()
        note(f"filing {living['id']} mended")
        _tell_warnings(living, note)
    body = {"artifact_upload": client.upload(app), "policy_upload": client.upload(policy) if policy else None}
    note(f"{app.name} uploaded ({app.stat().st_size} bytes)")
    if living["state"] in _MENDABLE:
        answer = client.call(
            "POST", f"/filings/{living['id']}/submit", json=body, etag=f'"{living["version"]}"', once=True
        )
    else:
        answer = client.call("POST", f"/apps/{package}/versions", json=body, once=True)
        note(f"filing {living['id']} is {living['state']}: handed in as a new version")
        if living["document"] != document:
            note(
                f"注意：{filing.name} 与在案的备案材料不同，在案材料未作更改；草稿或退回补正时方可修改 / "
                "it differs from the filing on record, which was NOT changed: only a draft or a returned filing can be"
            )
    return Submission(package, living["id"], answer.json()["audit"])


def _tell_warnings(answer: dict[str, Any], note: Callable[[str], None]) -> None:
    for item in answer["warnings"]:
        note(f"提示 warning  {item['pointer']}: {item['message']}")


def _read(filing: Path) -> dict[str, Any]:
    try:
        document = json.loads(filing.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UnreadableInputError(filing, error.strerror or "cannot be read") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableInputError(filing, f"is not JSON: {error}") from error
    if not isinstance(document, dict) or not all(
        isinstance(document.get(name) or {}, dict) for name in ("unit", "app")
    ):
        raise UnreadableInputError(filing, "is not a filing: a JSON object with unit, system and app is expected")
    return document


def _organization(client: Client, unit: dict[str, Any], uscc: str, note: Callable[[str], None]) -> None:
    if client.find("/organizations", uscc=uscc) is not None:
        return
    region = str(unit.get("region") or "")
    body = {"name": unit.get("legal_name") or uscc, "uscc": uscc}
    if region[:2].isdigit() and region[:1] != "0":
        body["province"] = region[:2]
    try:
        made = client.call("POST", "/organizations", json=body, once=True).json()
    except EduauditError as error:
        # The field has another place in the filing than in the request.
        raise EduauditError(str(error).replace("/uscc:", "/unit/uscc:")) from error
    note(f"organisation {made['id']} put on record")
