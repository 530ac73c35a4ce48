import pytest

from registry_api.errors import RegistryError
from registry_api.exchange.backup import backup, restore
from registry_api.registry import Registry
from registry_api.settings import Settings


@pytest.fixture
def saved(registry, submitted, drain, tmp_path):
    submitted({"findings": ["A.B|c|low"]})
    drain()
    backup(registry, tmp_path / "copy")
    return tmp_path / "copy"


def test_a_restored_registry_has_the_same_record_and_goes_on(saved, tmp_path, registry):
    before = {path.name: path.read_bytes() for path in saved.rglob("*") if path.is_file()}
    done = restore(saved, tmp_path / "new" / "data")
    assert done.problems == []
    assert {path.name: path.read_bytes() for path in saved.rglob("*") if path.is_file()} == before, "it was changed"
    from sqlmodel import select

    from registry_api.audits.models import AuditRun, FindingRow
    from registry_api.trail.chain import Act, append, verify

    again = Registry(Settings(data=tmp_path / "new" / "data"), analysis=registry.analysis)
    with again.database.write() as session:
        assert session.exec(select(FindingRow.rule)).all() == ["A.B"]
        run = session.exec(select(AuditRun)).one()
        append(session, Act("system", "system", "test.act", "thing", "1"))
    assert again.blobs.read(run.report_sha256)
    with again.database.read() as session:
        assert verify(session).entries == done.entries + 1
    again.close()
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["data"]


def test_a_restore_overwrites_nothing(saved, settings, tmp_path):
    with pytest.raises(RegistryError, match="not empty"):
        restore(saved, settings.data)
    (tmp_path / "file").write_text("mine")
    with pytest.raises(RegistryError, match="not empty"):
        restore(saved, tmp_path / "file")
    (tmp_path / "empty").mkdir()
    assert restore(saved, tmp_path / "empty").blobs == 3


def test_a_damaged_backup_is_refused_and_leaves_nothing(saved, tmp_path):
    with pytest.raises(RegistryError, match="no backup there"):
        restore(tmp_path / "nothing", tmp_path / "new")
    blob = next(path for path in (saved / "blobs").rglob("*") if path.is_file())
    blob.write_bytes(b"altered")
    with pytest.raises(RegistryError, match=f"{blob.name}: altered"):
        restore(saved, tmp_path / "new")
    (saved / "registry.sqlite3").write_bytes(b"no database at all" * 100)
    with pytest.raises(RegistryError, match="not a database"):
        restore(saved, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    assert not list(tmp_path.glob(".new-*"))


def test_the_folder_of_the_record_is_for_its_owner_alone(tmp_path, registry, saved):
    made = Registry(Settings(data=tmp_path / "fresh"), analysis=registry.analysis)
    made.close()
    restore(saved, tmp_path / "back")
    for name in ("fresh", "copy", "back"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0, name
