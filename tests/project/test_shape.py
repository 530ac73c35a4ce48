"""The project's own shape: what a fresh clone must and must not hold."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOP = {
    "analyzer",
    "proxy_addons",
    "registry_api",
    "rules",
    "samples",
    "tests",
    "docs",
    "benchmarks",
    "deploy",
    ".ci",
    "hatch_build.py",
    "pyproject.toml",
    "README.md",
    "README.zh-CN.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    ".python-version",
    "requirements.lock",
    ".gitignore",
    ".gitattributes",
}
# Written in pieces, so that this file does not hold what it forbids.
REGISTRY_HOSTS = re.compile(
    "|".join(("py" + r"pi\.org", "pythonhosted" + r"\.org", "npm" + r"js\.(org|com)", "deb" + r"ian\.org"))
)
MACHINE_PATHS = re.compile(r"(?<![A-Za-z0-9_.])/(?:wo" + "rk|ro" + r"ot)/[a-z.]")


def tracked():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def texts():
    for path in tracked():
        data = path.read_bytes()
        if b"\0" not in data[:8000]:
            yield path.relative_to(ROOT).as_posix(), data.decode("utf-8", "replace")


def test_top_level_is_the_agreed_one():
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= TOP


def test_no_registry_host_and_no_path_of_a_machine_is_written_anywhere():
    # rules/recipients lists who receives traffic: there a package host is a fact, not a place to install from.
    found = [
        (name, match.group())
        for name, text in texts()
        for pattern in (REGISTRY_HOSTS, MACHINE_PATHS)
        for match in pattern.finditer(text)
        if not (pattern is REGISTRY_HOSTS and name.startswith("rules/recipients/"))
    ]
    assert found == []


def test_lock_holds_versions_and_hashes_of_every_direct_requirement():
    lock = (ROOT / "requirements.lock").read_text()
    assert "http" not in re.sub(r"(?m)^\s*#.*$|^(http|aiohttp)\S*==", "", lock).replace("httpx==", "").replace(
        "httpcore==", ""
    )
    pinned = set(re.findall(r"(?m)^([A-Za-z0-9_.-]+)==", lock))
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9_.-]+==)", lock)[1:]
    assert all("--hash=sha256:" in block for block in blocks)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    for extra in ("proxy", "registry", "postgres", "s3", "reports"):
        wanted += project["project"]["optional-dependencies"][extra]
    names = {re.match(r"[A-Za-z0-9_.-]+", item).group().lower().replace("_", "-") for item in wanted}
    assert names <= {name.lower().replace("_", "-") for name in pinned}


def test_no_module_grows_past_what_a_reader_holds_in_mind():
    large = {
        path.relative_to(ROOT).as_posix(): lines
        for path in tracked()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in {"analyzer", "proxy_addons", "registry_api"}
        if (lines := path.read_text(encoding="utf-8").count("\n")) > 400
    }
    assert large == {}


def test_rules_hold_data_only():
    assert [
        p for p in tracked() if p.is_relative_to(ROOT / "rules") and p.suffix not in {".yaml", ".md", ".txt", ".yar"}
    ] == []


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_readme_opens_with_the_two_commands_and_names_every_group(readme):
    from analyzer.cli.root import SUMMARIES

    text = (ROOT / readme).read_text(encoding="utf-8")
    assert text.index("make demo") < text.index("make test") < 1500
    assert [name for name in SUMMARIES if f"eduaudit {name}" not in text] == []


def test_make_alone_prints_every_target():
    printed = subprocess.run(["make"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for target in ("demo", "test", "lint", "bench", "lock"):
        assert f"make {target} " in printed


def test_wheel_holds_three_packages_rules_and_samples(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = wheel.namelist()
        points = wheel.read(next(name for name in names if name.endswith("entry_points.txt"))).decode()
    heads = {name.split("/")[0] for name in names}
    assert {"analyzer", "proxy_addons", "registry_api"} == {head for head in heads if not head.endswith(".dist-info")}
    assert any(name.startswith("analyzer/_rules/clauses/") for name in names)
    assert any(name.startswith("analyzer/_samples/") and name.endswith(".apk") for name in names)
    assert {"NotoSansSC-subset.ttf", "OFL.txt"} <= {name.split("/")[-1] for name in names if "/render/fonts/" in name}
    assert "[eduaudit.commands]" in points
