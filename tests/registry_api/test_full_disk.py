"""A file system that is really full: what cannot be kept is an honest failure, and room again is all that is needed.

The registry lives on a small file system in memory; making one needs the rights of an administrator.
"""

import contextlib
import os
import shutil
import subprocess
import uuid
from dataclasses import replace

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from registry_api.audits.models import AuditRun
from registry_api.trail.chain import verify

PACKAGE = "cn.example.study"
ROOM = 24 * 1024 * 1024


@pytest.fixture
def settings(template, tmp_path):
    from registry_api.settings import Settings

    place = tmp_path / "small"
    place.mkdir()
    tool = shutil.which("mount")
    made = tool and subprocess.run(
        [tool, "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", place], capture_output=True, check=False
    )
    if not made or made.returncode:
        pytest.skip("no right to mount a small file system")
    shutil.copytree(template, place / "data")
    yield replace(Settings(data=place / "data"), node="test")
    subprocess.run([shutil.which("umount"), "-l", place], check=True)


def fill(folder, leave):
    """Take all room but ``leave`` bytes."""
    free = os.statvfs(folder)
    room = free.f_bavail * free.f_frsize - leave
    with (folder / "filler").open("wb") as file:
        for _ in range(max(0, room // 65536)):
            file.write(b"\0" * 65536)
    return folder / "filler"


@pytest.mark.parametrize("leave", [0, 400_000])
def test_a_full_disk_is_named_loses_nothing_and_the_next_round_is_whole(
    registry, api, submitted, drain, settings, key_of, leave
):
    submitted({"findings": ["DATA.X|device.imei|high"]})
    drain()
    api.http.post("/login", data={"key": key_of("reviewer", "31")}, follow_redirects=False)
    with registry.database.read() as session:
        before = verify(session).entries
    filler = fill(settings.data, leave)
    registry.analysis.rules_name = "rules-2"
    put = f"/uploads/{uuid.uuid4()}"
    for answer in (
        api("PUT", put, content=b"x" * 3_000_000),
        api("POST", "/weekly", json={"week": "2026-W47"}),
        api("POST", "/organizations", json={"name": "x" * 200, "uscc": "1"}) if leave else None,
    ):
        if answer is not None and answer.status_code != 422:
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), answer.text
            assert "disk of the server is full" in answer.json()["detail"]
    assert api.http.get(f"/apps/{PACKAGE}").status_code == 200, "reading goes on"
    drain()
    with registry.database.read() as session:
        assert [run.state for run in session.exec(select(AuditRun)).all()] == ["succeeded"]
        assert verify(session).entries == before
    filler.unlink()
    assert api("PUT", put, content=b"x" * 3_000_000).status_code == 201, "the same upload goes through now"
    assert api("POST", "/weekly", json={"week": "2026-W47"}).json()["started"] == 1
    drain()
    with registry.database.read() as session:
        assert {run.state for run in session.exec(select(AuditRun)).all()} == {"succeeded"}
        assert verify(session).why == ""


def test_an_audit_that_finds_the_disk_full_fails_by_name_or_waits(registry, api, submitted, drain, settings):
    """The round was asked for while there was room; the disk fills before the worker comes."""
    submitted({"findings": ["DATA.X|device.imei|high"]})
    drain()
    registry.analysis.rules_name = "rules-2"
    assert api("POST", "/weekly", json={"week": "2026-W47"}).is_success
    filler = fill(settings.data, 0)
    with contextlib.suppress(OperationalError):  # the worker's process logs it, and the sweep brings the run back
        drain()
    with registry.database.read() as session:
        state = session.exec(select(AuditRun.state).where(AuditRun.week == "2026-W47")).one()
    assert state in {"queued", "running", "failed"}, "never a success that was not kept"
    filler.unlink()
    assert api("POST", "/weekly", json={"week": "2026-W48"}).is_success
    drain()
    with registry.database.read() as session:
        assert session.exec(select(AuditRun.state).where(AuditRun.week == "2026-W48")).one() == "succeeded"
        assert verify(session).why == ""
