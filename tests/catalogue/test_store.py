import json
import os
import subprocess
import sys
import threading

import pytest

from analyzer.catalogue import store


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(store, "_SETTLED_NS", -(10**18))
    return tmp_path / "cache" / "eduaudit" / "rules"


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "rules"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.yaml").write_text("a: 1\n")
    (folder / "sub" / "b.yaml").write_text("b: 2\n")
    return folder


class Parser:
    def __init__(self):
        self.calls = 0

    def __call__(self, root):
        self.calls += 1
        return {"one": json.dumps({"text": (root / "a.yaml").read_text()}).encode(), "two": b'["\xe4\xba\x8c"]'}


def load(root, parser):
    version, compiled = store.load_compiled(root, parser)
    return version, {key: json.loads(value) for key, value in compiled.items()}


def test_second_load_parses_nothing_and_is_equal(cache, root):
    parser = Parser()
    assert load(root, parser) == load(root, parser)
    assert parser.calls == 1
    assert len(list(cache.glob("rules-*.json"))) == 1


def test_changed_content_is_parsed_again_and_has_another_version(cache, root):
    parser = Parser()
    first, _ = load(root, parser)
    (root / "a.yaml").write_text("a: 2\n")
    second, families = load(root, parser)
    assert (parser.calls, first != second, families["one"]["text"]) == (2, True, "a: 2\n")


def test_touched_but_equal_files_are_not_parsed_again(cache, root):
    parser = Parser()
    first = load(root, parser)
    os.utime(root / "a.yaml", ns=(1, 1))
    assert load(root, parser) == first
    assert parser.calls == 1


@pytest.mark.parametrize("change", ["rename", "new", "delete"])
def test_names_of_files_belong_to_the_version(cache, root, change):
    parser = Parser()
    first, _ = load(root, parser)
    if change == "rename":
        (root / "sub" / "b.yaml").rename(root / "sub" / "c.yaml")
    elif change == "new":
        (root / "sub" / "empty.yaml").write_text("")
    else:
        (root / "sub" / "b.yaml").unlink()
    second, _ = load(root, parser)
    assert first != second


def test_version_is_the_same_wherever_the_folder_is(cache, root, tmp_path):
    first, _ = load(root, Parser())
    moved = root.rename(tmp_path / "elsewhere")
    assert load(moved, Parser())[0] == first


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data[:-3],
        lambda data: data.replace(b"a: 1", b"a: 9"),
        lambda data: b"{}\n" + data,
        lambda data: b"\xff\xfe" + data,
        lambda data: b"[1]\n[2]",
        lambda data: data + b"\n[]",
    ],
)
@pytest.mark.parametrize("kind", ["rules", "root"])
def test_a_spoilt_cache_is_parsed_again_and_mended(cache, root, spoil, kind):
    good = load(root, Parser())
    for path in cache.glob(f"{kind}-*.json"):
        path.write_bytes(spoil(path.read_bytes()))
    assert load(root, Parser()) == good
    parser = Parser()
    assert load(root, parser) == good
    assert parser.calls == 0


def test_without_a_usable_cache_folder_rules_are_just_parsed(tmp_path, root, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    parser = Parser()
    assert load(root, parser) == load(root, parser)
    assert parser.calls == 2


def test_a_folder_that_others_may_write_is_not_trusted(cache, root):
    load(root, Parser())
    cache.chmod(0o777)
    assert store.cache_folder() is None


def test_no_home_is_no_error(root, monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(store.Path, "home", lambda: (_ for _ in ()).throw(RuntimeError("no home")))
    assert store.cache_folder() is None


def test_a_failed_write_is_no_error_and_leaves_nothing(cache, root, monkeypatch):
    def full(*_):
        raise OSError("disk full")

    monkeypatch.setattr(store.Path, "replace", full)
    load(root, Parser())
    assert list(cache.iterdir()) == []


def test_rules_that_changed_a_moment_ago_are_not_remembered_by_their_times(tmp_path, root, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    load(root, Parser())
    assert list((tmp_path / "cache" / "eduaudit" / "rules").glob("root-*.json")) == []


def test_old_compiled_files_are_removed(cache, root):
    for number in range(12):
        (root / "a.yaml").write_text(f"a: {number}\n")
        load(root, Parser())
    assert len(list(cache.glob("rules-*.json"))) == store._KEPT


def test_errors_of_the_parser_reach_the_caller_and_are_not_cached(cache, root):
    def bad(_):
        raise ValueError("bad rules")

    with pytest.raises(ValueError, match="bad rules"):
        store.load_compiled(root, bad)
    assert not list(cache.glob("rules-*.json"))


def test_threads_that_load_at_once_get_equal_rules(cache, root):
    results = []
    threads = [threading.Thread(target=lambda: results.append(load(root, Parser()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    assert all(result == results[0] for result in results)


def test_loading_imports_nothing_heavy():
    code = (
        "import sys; from analyzer.catalogue import load_catalogue; c = load_catalogue(); c.apis; c.sdk_index;"
        "c.recipients; bad = {'androguard','numpy','mitmproxy','fastapi','rich','pickle5'} & set(sys.modules);"
        "sys.exit(f'imports {bad}' if bad else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
