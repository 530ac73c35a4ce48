"""Blobs in a bucket: against an S3 server on the loopback, a silent one, and none."""

import contextlib
import hashlib
import logging
import os
import socket
import uuid
from dataclasses import replace

import httpx
import pytest

from registry_api.audits.models import AuditRun
from registry_api.errors import RegistryError
from registry_api.exchange.backup import backup, verify
from registry_api.registry import Registry
from registry_api.settings import Settings, read_settings
from registry_api.storage.blobs import BlobStore, open_store

CONTENT = b"PK\x03\x04 a package" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(scope="module")
def endpoint():
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    httpx.put(f"http://{host}:{port}/apps").raise_for_status()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def _credentials(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tester")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")


@pytest.fixture
def bucket(endpoint):
    return {"blob_store": f"s3://apps/{uuid.uuid4()}", "blob_endpoint": endpoint, "blob_timeout": 5.0}


@pytest.fixture
def settings(settings, bucket):
    return replace(settings, **bucket)


@pytest.fixture
def store(tmp_path, bucket):
    return open_store(Settings(data=tmp_path / "one", **bucket))


@pytest.fixture
def elsewhere(tmp_path, bucket):
    """Another machine with the same bucket."""
    return open_store(Settings(data=tmp_path / "two", **bucket))


def damage(store, content):
    store._files.pipe_file(store.key(SHA256), content)


@contextlib.contextmanager
def silent():
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_another_machine_reads_what_one_has_kept(store, elsewhere):
    assert store.put(CONTENT) == SHA256
    assert elsewhere.read(SHA256) == CONTENT
    assert elsewhere.path(SHA256).read_bytes() == CONTENT
    assert [elsewhere.altered(SHA256), elsewhere.inspect(SHA256)] == [None, None]


def test_a_large_file_goes_up_and_down_in_parts(store, elsewhere):
    content = os.urandom(1 << 20) * 60  # more than one part of an upload
    with store.receiving() as file:
        file.write(content)
        store.keep(file, hashlib.sha256(content).hexdigest())
    path = elsewhere.path(hashlib.sha256(content).hexdigest())
    assert path.stat().st_size == 60 << 20
    assert elsewhere.inspect(path.name) is None


def test_an_object_that_was_altered_or_is_missing_is_never_given_out(store, elsewhere):
    store.put(CONTENT)
    damage(store, CONTENT[:-1] + b"!")
    assert [elsewhere.altered(SHA256), store.inspect(SHA256)] == ["altered", "altered"]
    with pytest.raises(RegistryError, match="altered"):
        elsewhere.read(SHA256)
    assert not elsewhere.path(SHA256).exists()
    assert store.altered("0" * 64) == "missing"
    with pytest.raises(RegistryError, match="missing"):
        store.read("0" * 64)


def test_a_damaged_copy_is_fetched_anew(store):
    store.put(CONTENT)
    store.local(SHA256).write_bytes(b"damaged")
    assert store.altered(SHA256) is None
    assert store.local(SHA256).read_bytes() == CONTENT
    store.local(SHA256).write_bytes(b"damaged")
    assert store.read(SHA256) == CONTENT


def test_copies_give_way_the_longest_unused_first_and_come_back(tmp_path, bucket):
    store = open_store(Settings(data=tmp_path / "one", **bucket, blob_cache=150))
    names = [store.put(letter * 100) for letter in (b"a", b"b", b"c")]
    assert store.trim() == 0, "all were used just now"
    for age, name in enumerate(names):
        os.utime(store.local(name), (1_000_000 + age, 1_000_000 + age))
    store.path(names[0])
    assert store.trim() == 200
    assert [store.local(name).exists() for name in names] == [True, False, False]
    assert store.read(names[1]) == b"b" * 100
    assert BlobStore(tmp_path / "one" / "blobs").trim() == 0, "the folder's own files are no copies"


@pytest.mark.parametrize("which", ["silent", "absent"])
def test_a_store_that_does_not_answer_is_unavailable(tmp_path, bucket, which):
    with silent() as address:
        pass
    with silent() if which == "silent" else contextlib.nullcontext(address) as address:
        store = open_store(
            Settings(data=tmp_path, **{**bucket, "blob_endpoint": address, "blob_timeout": 0.2}),
        )
        for ask in (
            store.probe,
            lambda: store.put(CONTENT),
            lambda: store.read(SHA256),
            lambda: store.path(SHA256),
            lambda: store.inspect(SHA256),
        ):
            with pytest.raises(RegistryError) as refused:
                ask()
            assert refused.value.slug == "unavailable"
    assert not [path for path in store.folder.rglob("*") if path.is_file()]


def test_a_bucket_that_does_not_exist_is_named(tmp_path, bucket):
    store = open_store(Settings(data=tmp_path, **{**bucket, "blob_store": "s3://no-such-bucket/x"}))
    for ask in (store.probe, lambda: store.put(CONTENT)):
        with pytest.raises(RegistryError, match="has no bucket"):
            ask()


def test_an_upload_that_arrived_while_the_store_was_away_is_finished_later(api, registry):
    good = registry.blobs._files
    with silent() as address:
        pass
    away = open_store(replace(registry.settings, blob_endpoint=address, blob_timeout=0.2))
    registry.blobs.__dict__["_files"] = away._files
    upload = f"/uploads/{uuid.uuid4()}"
    refused = api("PUT", upload, content=CONTENT)
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert api("HEAD", upload).headers["upload-offset"] == str(len(CONTENT)), "what arrived is still there"
    registry.blobs.__dict__["_files"] = good
    length = str(len(CONTENT))
    done = api("PATCH", upload, content=b"", headers={"Upload-Offset": length, "Upload-Length": length})
    assert (done.status_code, done.json()["sha256"]) == (201, SHA256)
    assert registry.blobs.inspect(SHA256) is None


def test_a_filing_is_audited_from_the_bucket_by_another_machine(registry, submitted, tmp_path, bucket, api):
    from registry_api.audits.pipeline import perform

    run = submitted({"findings": ["A.B|c|low"]}).json()["audit"]
    worker = Registry(replace(registry.settings, **bucket), analysis=registry.analysis, jobs=registry.jobs)
    worker.blobs = open_store(Settings(data=tmp_path / "machine", **bucket))
    perform(worker, run, "w")
    worker.close()
    with registry.database.read() as session:
        assert session.get(AuditRun, run).state == "succeeded"
    assert len(api("GET", f"/audits/{run}").json()["summary"]) > 0
    assert api("GET", f"/audits/{run}/report").status_code == 200, "the report is read through the bucket"


def test_backup_and_verification_look_at_the_bucket_itself(registry, submitted, drain, tmp_path):
    submitted({"findings": ["A.B|c|low"]})
    drain()
    assert backup(registry, tmp_path / "copy").problems == []
    with registry.database.read() as session:
        from sqlmodel import select

        from registry_api.storage.models import Blob

        name = session.exec(select(Blob.sha256)).first()
    registry.blobs._files.pipe_file(registry.blobs.key(name), b"altered")
    assert verify(registry.database, registry.blobs).problems == [f"blob {name}: altered"]


def test_only_an_s3_address_is_taken():
    from analyzer.model import EduauditError

    with pytest.raises(EduauditError, match="only s3://"):
        read_settings({"EDUAUDIT_BLOB_STORE": "/srv/blobs"})
    with pytest.raises(EduauditError, match="no bucket"):
        open_store(Settings(blob_store="s3://"))
