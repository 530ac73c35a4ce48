import contextlib
import hashlib
import http.client
import socket
import time
import uuid
from pathlib import Path


def files(registry):
    return [path for path in Path(registry.blobs.folder).rglob("*") if path.is_file()]


def test_an_upload_is_stored_by_its_hash_and_repeating_it_is_harmless(api, registry):
    content = b"PK" * 1000
    upload_id = uuid.uuid4()
    headers = {
        "X-Content-SHA256": hashlib.sha256(content).hexdigest(),
        "X-File-Name": "..%2F..%2Fetc%2F%E5%AD%A6%E4%B9%A0.apk",
    }
    first = api("PUT", f"/uploads/{upload_id}", content=content, headers=headers)
    assert first.status_code == 201
    assert first.json() == {
        "id": str(upload_id),
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": 2000,
        "name": "学习.apk",
        "kind": "text",
        "warnings": ["这是文本，不是应用包 / this is a text, not a package"],
    }
    assert api("PUT", f"/uploads/{upload_id}", content=content, headers=headers).status_code == 200
    assert api("PUT", f"/uploads/{upload_id}", content=b"other").status_code == 409
    assert registry.blobs.path(first.json()["sha256"]).read_bytes() == content


def test_a_wrong_hash_leaves_nothing(api, registry):
    answer = api("PUT", f"/uploads/{uuid.uuid4()}", content=b"abc", headers={"X-Content-SHA256": "0" * 64})
    assert (answer.status_code, answer.json()["code"]) == (422, "hash-mismatch")
    assert files(registry) == []


def test_a_too_large_upload_leaves_nothing_whether_declared_or_not(api, registry, settings, monkeypatch):
    object.__setattr__(registry.settings, "upload_limit", 1000)
    declared = api("PUT", f"/uploads/{uuid.uuid4()}", content=b"x" * 1001)
    chunked = api("PUT", f"/uploads/{uuid.uuid4()}", content=iter([b"x" * 600, b"x" * 600]))
    assert [declared.status_code, chunked.status_code] == [413, 413]
    assert files(registry) == []


def cut(server, key, upload_id, body, total):
    with contextlib.closing(socket.create_connection(("127.0.0.1", server))) as raw:
        raw.sendall(
            f"PUT /api/v1/uploads/{upload_id} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Length: {total}\r\n\r\n".encode()
        )
        raw.sendall(body)
        time.sleep(0.3)


def test_an_upload_that_is_cut_keeps_its_part_and_is_resumed(server, registry, key_of, api):
    upload_id, content = uuid.uuid4(), bytes(range(256)) * 4000
    cut(server, key_of(), upload_id, content[:400_000], len(content))
    deadline = time.monotonic() + 20
    offset = None
    while offset is None and time.monotonic() < deadline:
        head = api("HEAD", f"/uploads/{upload_id}")
        offset = head.headers.get("upload-offset") if head.status_code == 200 else None
        time.sleep(0.05)
    time.sleep(0.3)
    offset = int(api("HEAD", f"/uploads/{upload_id}").headers["upload-offset"])
    assert 0 < offset <= 400_000
    assert api("GET", f"/uploads/{upload_id}").status_code == 404, "it is no upload until it is whole"
    assert api("HEAD", f"/uploads/{upload_id}", role="admin", key=None).status_code == 200

    def patch(start, end, **more):
        headers = {
            "Upload-Offset": str(start),
            "Upload-Length": str(len(content)),
            "X-Content-SHA256": hashlib.sha256(content).hexdigest(),
        }
        return api("PATCH", f"/uploads/{upload_id}", content=content[start:end], headers={**headers, **more})

    wrong = patch(offset + 1, offset + 2)
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (409, "offset")
    middle = patch(offset, 600_000)
    assert (middle.status_code, middle.headers["upload-offset"]) == (204, "600000")
    last = patch(600_000, len(content))
    assert (last.status_code, last.json()["size"]) == (201, len(content))
    done = api("HEAD", f"/uploads/{upload_id}")
    assert (done.headers["upload-complete"], done.headers["upload-offset"]) == ("?1", str(len(content)))
    assert [path.name for path in files(registry)] == [hashlib.sha256(content).hexdigest()]


def test_a_part_of_another_key_and_an_unknown_one_are_not_found(api, registry):
    upload_id = uuid.uuid4()
    headers = {"Upload-Offset": "0", "Upload-Length": "9"}
    assert api("PATCH", f"/uploads/{upload_id}", content=b"abc", headers=headers).status_code == 204
    other = api("POST", "/keys", json={"name": "v", "role": "vendor"}).json()["secret"]
    assert api("HEAD", f"/uploads/{upload_id}", key=other).status_code == 404
    foreign = api("PATCH", f"/uploads/{upload_id}", key=other, content=b"x", headers={**headers, "Upload-Offset": "3"})
    assert foreign.status_code == 404
    assert api("HEAD", f"/uploads/{upload_id}").headers["upload-offset"] == "3"


def test_a_resumed_upload_with_a_wrong_hash_or_too_many_bytes_is_gone(api, registry):
    for length, sha256, code in (("6", "0" * 64, "hash-mismatch"), ("4", None, "invalid")):
        upload_id = uuid.uuid4()
        headers = {"Upload-Length": length, **({"X-Content-SHA256": sha256} if sha256 else {})}
        api("PATCH", f"/uploads/{upload_id}", content=b"abc", headers={**headers, "Upload-Offset": "0"})
        answer = api("PATCH", f"/uploads/{upload_id}", content=b"def", headers={**headers, "Upload-Offset": "3"})
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert files(registry) == []


def test_what_is_no_package_is_noticed(api, tmp_path):
    import io
    import zipfile

    def archive(name):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as made:
            made.writestr(name, "x")
        return buffer.getvalue()

    for content, kind, warned in (
        (archive("AndroidManifest.xml"), "apk", False),
        (archive("Payload/A.app/Info.plist"), "ipa", False),
        (archive("readme.txt"), "zip", True),
        (b"%PDF-1.7", "pdf", True),
        (b"<!DOCTYPE html><p>", "html", True),
        ("学习".encode(), "text", True),
        (b"\x00\x01\xff", "unknown", True),
        (b"PK\x03\x04broken", "unknown", True),
    ):
        answer = api("PUT", f"/uploads/{uuid.uuid4()}", content=content, headers={"X-File-Name": "a.apk"}).json()
        assert (answer["kind"], bool(answer["warnings"])) == (kind, warned)


def test_an_upload_belongs_to_the_key_that_made_it(api, upload, submitted, filing_of, registry):
    foreign = upload({})
    filing = submitted({}).json()["id"]
    assert api("GET", f"/uploads/{foreign}", role="reviewer", province="31").status_code == 404
    answer = api("POST", "/apps/cn.example.study/versions", json={"artifact_upload": str(uuid.uuid4())})
    assert answer.json()["errors"][0]["pointer"] == "/artifact_upload"
    assert filing


def test_twenty_megabytes_are_received_in_constant_memory(server, registry, key_of):
    import tracemalloc

    size = 20 * 1024 * 1024
    block = b"x" * 65536

    def put(total):
        connection = http.client.HTTPConnection("127.0.0.1", server, timeout=60)
        connection.request(
            "PUT",
            f"/api/v1/uploads/{uuid.uuid4()}",
            body=(block for _ in range(total // len(block))),
            headers={"Authorization": f"Bearer {key_of()}", "Content-Length": str(total)},
        )
        status = connection.getresponse().status
        connection.close()
        return status

    assert put(65536) == 201  # everything is imported and connected
    tracemalloc.start()
    try:
        assert put(size) == 201
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * 1024 * 1024


def test_what_a_killed_server_left_is_removed_a_day_later(registry):
    import os

    registry.blobs.incoming.mkdir(parents=True)
    old, young = registry.blobs.incoming / "old", registry.blobs.incoming / "young"
    old.write_bytes(b"x")
    young.write_bytes(b"x")
    os.utime(old, (0, 0))
    registry.blobs.clear_incoming()
    assert files(registry) == [young]


def test_uploading_a_file_again_mends_a_copy_that_was_damaged(api, registry, upload):
    upload(b"content")
    sha256 = hashlib.sha256(b"content").hexdigest()
    registry.blobs.path(sha256).write_bytes(b"damaged")
    upload(b"content")
    assert registry.blobs.altered(sha256) is None


def test_a_name_keeps_no_path_and_no_control_character(api, upload):
    identity = upload(b"x", name="..%2F..%2Fetc%2F%00%0D%0A%C2%85a.apk")
    assert api("GET", f"/uploads/{identity}").json()["name"] == "a.apk"


def test_a_package_with_a_long_chinese_name_is_audited(api, submitted, upload, drain):
    from urllib.parse import quote

    submitted({})
    drain()
    identity = upload({"version": "2"}, name=quote("晨光学习版" * 19 + ".apk"))
    run = api("POST", "/apps/cn.example.study/versions", json={"artifact_upload": identity}).json()["audit"]
    drain()
    found = api("GET", f"/audits/{run}").json()
    assert found["state"] == "succeeded", found["error"]
