"""Sixteen reviewers who approve at the same moment: each filing gets its number once, and no serial is skipped."""

import threading

from registry_api.accounts.access import Role
from registry_api.accounts.keys import issue
from registry_api.audits.models import AuditRun
from registry_api.db import now
from registry_api.filings.models import Filing
from registry_api.filings.service import find_filing
from registry_api.filings.transitions import Event, State, apply, step_of
from registry_api.organizations.models import App, AppVersion, Organization


def _ready(session, province, index):
    """Put a filing on record that waits for its decision."""
    moment = now()
    unit = Organization(name=f"单位{index}", uscc=f"91{province}{index:014d}", province=province, created_at=moment)
    session.add(unit)
    session.flush()
    app = App(
        package=f"cn.race{province}.a{index}",
        name="n",
        organization_id=unit.id,
        province=province,
        search="",
        created_at=moment,
    )
    session.add(app)
    session.flush()
    version = AppVersion(
        app_id=app.id, artifact_sha256=f"{index:064d}", artifact_name="a", artifact_size=1, created_at=moment
    )
    session.add(version)
    session.flush()
    app.current_version_id = version.id
    filing = Filing(
        app_id=app.id,
        organization_id=unit.id,
        province=province,
        state=State.UNDER_REVIEW.value,
        document={"system": {"name": "s"}, "app": {"name": "n"}},
        facts={"icp": "x", "mlps": "y"},
        submitted_at=moment,
        created_at=moment,
        updated_at=moment,
    )
    session.add(filing)
    session.flush()
    session.add(
        AuditRun(
            id=f"{province}-{index}",
            app_id=app.id,
            app_version_id=version.id,
            filing_id=filing.id,
            kind="submit",
            state="succeeded",
            enqueued_at=moment,
            requested_at=now(),
        )
    )
    return filing.id


def approve_together(registry, province, count=16):
    """Let ``count`` reviewers approve two filings each, and fail half of them once; return the numbers."""
    from registry_api.accounts.keys import actor_of

    with registry.database.write() as session:
        filings = [_ready(session, province, index) for index in range(count * 2)]
        actors = [
            actor_of(issue(session, name=f"r{index}", role=Role.REVIEWER, province=province)[0])
            for index in range(count)
        ]
    together, numbers, errors, lock = threading.Barrier(count), [], [], threading.Lock()

    def approve(index):
        together.wait(60)
        for turn, filing_id in enumerate((filings[index], filings[count + index])):
            for attempt in range(2):
                try:
                    with registry.database.write() as session:
                        filing = find_filing(session, actors[index], filing_id, lock=True)
                        apply(session, filing, Event.APPROVE, step_of(actors[index]))
                        if attempt == 0 and (index + turn) % 2:
                            raise ConnectionError("the client went away before the commit")  # noqa: TRY301 - inside the transaction
                    with lock:
                        numbers.append(filing.number)
                    break
                except ConnectionError:
                    continue
                except Exception as error:  # noqa: BLE001 - told by the test
                    errors.append(error)
                    break

    threads = [threading.Thread(target=approve, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(numbers) == [f"教APP备{province}{serial:05d}号" for serial in range(1, count * 2 + 1)]
