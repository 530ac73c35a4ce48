"""The committed packages come out of the source byte for byte."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

BUILD = Path(__file__).resolve().parents[2] / "samples" / "build.py"


@pytest.fixture(scope="module")
def recipe():
    spec = importlib.util.spec_from_file_location("samples_build", BUILD)
    module = importlib.util.module_from_spec(spec)
    sys.modules["samples_build"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["samples_build"]


def rebuild(recipe, sample, tools, folder):
    one = next(candidate for candidate in recipe.SAMPLES if candidate.id == sample)
    recipe.build(one, tools, folder / "again.apk")
    return (folder / "again.apk").read_bytes(), recipe.apk_of(one).read_bytes()


@pytest.mark.parametrize("sample", ["reader", "homework", "campus", "packed"])
def test_rebuilding_gives_the_committed_bytes(recipe, sample, tmp_path):
    if missing := recipe.missing_commands():
        pytest.skip(f"Debian packages are missing: {' '.join(missing)}")
    try:
        tools = recipe.find_tools(fetch=False)
    except recipe.BuildError as error:
        pytest.skip(str(error))
    again, committed = rebuild(recipe, sample, tools, tmp_path)
    assert again == committed


@pytest.mark.network
def test_the_tools_can_be_fetched_and_rebuild_the_committed_bytes(recipe, tmp_path, monkeypatch):
    if missing := recipe.missing_commands():
        pytest.skip(f"Debian packages are missing: {' '.join(missing)}")
    monkeypatch.setattr(recipe, "CACHE", tmp_path / "tools")
    try:
        tools = recipe.find_tools()
    except recipe.BuildError as error:
        if "Debian 12 source" in str(error):
            pytest.skip(str(error))
        raise
    again, committed = rebuild(recipe, "reader", tools, tmp_path)
    assert again == committed


def test_the_older_release_is_derived_from_the_machines_own_sources(recipe, tmp_path, monkeypatch):
    folder = tmp_path / "apt"
    (folder / "sources.list.d").mkdir(parents=True)
    text = "Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\nComponents: main\n"
    (folder / "sources.list.d" / "debian.sources").write_text(text)
    monkeypatch.setattr(recipe, "Path", lambda name: folder if name == "/etc/apt" else tmp_path / "none")
    assert recipe.old_sources() == text.replace("bookworm bookworm-updates", "bullseye")
    (folder / "sources.list.d" / "debian.sources").unlink()
    (folder / "sources.list.d" / "main.list").write_text("deb http://mirror.example/debian bookworm main contrib\n")
    assert recipe.old_sources() == "deb http://mirror.example/debian bullseye main contrib\n"
    (folder / "sources.list.d" / "main.list").write_text("deb http://mirror.example/debian trixie main\n")
    with pytest.raises(recipe.BuildError, match="no Debian 12 source"):
        recipe.old_sources()


def test_a_failing_tool_is_one_error_with_its_own_words(recipe):
    with pytest.raises(recipe.BuildError, match="sh failed: no such thing"):
        recipe.run("sh", "-c", "echo no such thing >&2; exit 3")


def test_the_stand_in_library_is_an_elf_header_and_nothing_else(recipe):
    assert recipe.empty_elf(bits=64)[:5] == b"\x7fELF\x02"
    assert (len(recipe.empty_elf(bits=64)), len(recipe.empty_elf(bits=32))) == (64, 52)


def test_help_of_the_recipe_needs_no_tool():
    done = subprocess.run([sys.executable, str(BUILD), "--help"], capture_output=True, text=True, check=True)
    assert "--check" in done.stdout
