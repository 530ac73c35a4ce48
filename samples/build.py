"""Build the sample apps from source, byte for byte the same each time. See README.md in this folder.

Usage: python samples/build.py [--check] [--install] [ID ...]
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "eduaudit" / "samples-tools"
STAMP = (2026, 1, 1, 0, 0, 0)
"""Of every archive entry that we write; zip knows no time zone."""

PACKAGES = {"aapt": "aapt", "apksigner": "apksigner", "zipalign": "zipalign", "javac": "openjdk-17-jdk-headless"}
"""Command → Debian 12 package."""

OLD_RELEASE, OLD_PACKAGES = "bullseye", ("dalvik-exchange", "libandroid-23-java")
"""The last Debian release with a dexer and an Android API jar, and their packages."""


class BuildError(Exception):
    """Something needed is missing or a tool failed; the message is for a person."""


@dataclass(frozen=True)
class Sample:
    """How one sample differs from the others."""

    id: str
    schemes: tuple[str, ...] = ("v1", "v2", "v3")
    native: tuple[str, ...] = ()
    """Native libraries, written as an ELF header without content."""


SAMPLES = (
    Sample("reader"),
    Sample("homework"),
    Sample("campus", schemes=("v1",)),  # EDU-20: no v2 signature, open to Janus
    Sample("packed", native=("lib/arm64-v8a/libjiagu.so", "lib/armeabi-v7a/libjiagu.so")),
)


@dataclass(frozen=True)
class Tools:
    """The two jars from the older release; the other tools are on PATH."""

    android: Path
    dx: Path


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run a tool and return what it prints; its own words are the error."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"{Path(str(command[0])).name} failed: {(done.stderr or done.stdout).strip()[-2000:]}")
    return done.stdout


def missing_commands() -> list[str]:
    """Name the Debian packages whose command is not on PATH."""
    return sorted({package for command, package in PACKAGES.items() if shutil.which(command) is None})


def find_tools(*, fetch: bool = True) -> Tools:
    """Return the jars from the cache; fetch them through apt when they are not there and ``fetch`` allows it."""
    java = CACHE / "root" / "usr" / "share" / "java"
    tools = Tools(java / "com.android.android-23.jar", java / "com.android.dx.jar")
    if not (tools.android.exists() and tools.dx.exists()):
        if not fetch:
            raise BuildError(f"{' and '.join(OLD_PACKAGES)} are not in {CACHE}; run python samples/build.py")
        fetch_old_packages()
    return tools


def old_sources() -> str:
    """Derive an apt source for the older release from the machine's own Debian sources.

    The first stanza (deb822 form) or line (one-line form) that names Debian 12's main suite is taken with the
    release name replaced, so that a mirror in use stays in use and no host is written down here.
    """
    for path in sorted(Path("/etc/apt").glob("sources.list.d/*.sources")):
        for stanza in path.read_text(encoding="utf-8").split("\n\n"):
            fields = dict(line.split(":", 1) for line in stanza.splitlines() if ":" in line and line[:1] not in "# ")
            if "bookworm" in fields.get("Suites", "").split():
                return "".join(
                    f"{key}:{f' {OLD_RELEASE}' if key == 'Suites' else value}\n" for key, value in fields.items()
                )
    for path in [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt").glob("sources.list.d/*.list"))]:
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            words = line.split()
            if words[:1] == ["deb"] and "bookworm" in words and "main" in words:
                return line.replace("bookworm", OLD_RELEASE) + "\n"
    raise BuildError("no Debian 12 source was found under /etc/apt to derive the older release from")


def fetch_old_packages() -> None:
    """Download and unpack the older packages into the cache through an apt configuration of their own."""
    for name in ("lists/partial", "cache/archives/partial", "debs", "root"):
        (CACHE / name).mkdir(parents=True, exist_ok=True)
    text = old_sources()
    deb822 = text.startswith(("Types:", "URIs:", "Suites:", "Components:"))
    source = CACHE / ("old.sources" if deb822 else "old.list")
    source.write_text(text, encoding="utf-8")
    options = [
        f"-oDir::Etc::sourcelist={source}",
        "-oDir::Etc::sourceparts=/dev/null",
        f"-oDir::State::lists={CACHE / 'lists'}",
        f"-oDir::Cache={CACHE / 'cache'}",
        "-oDir::State::status=/dev/null",
        "-oAPT::Sandbox::User=root",
    ]
    run("apt-get", *options, "update")
    run("apt-get", *options, "download", *OLD_PACKAGES, cwd=CACHE / "debs")
    for package in sorted((CACHE / "debs").glob("*.deb")):
        run("dpkg-deb", "-x", package, CACHE / "root")


def empty_elf(*, bits: int) -> bytes:
    """Return an ELF header without sections or segments: a shared library by its magic, with no code in it."""
    machine = 183 if bits == 64 else 40  # AArch64, ARM
    ident = b"\x7fELF" + bytes([2 if bits == 64 else 1, 1, 1]) + bytes(9)
    if bits == 64:
        return ident + struct.pack("<HHIQQQIHHHHHH", 3, machine, 1, 0, 0, 0, 0, 64, 56, 0, 64, 0, 0)
    return ident + struct.pack("<HHIIIIIHHHHHH", 3, machine, 1, 0, 0, 0, 0, 52, 32, 0, 40, 0, 0)


def compile_resources(sample: Sample, tools: Tools, work: Path) -> dict[str, bytes]:
    """Compile manifest and resources; leave ``R.java`` in ``work/gen`` and return the archive entries."""
    source, package = HERE / sample.id, work / "resources.zip"
    (work / "gen").mkdir()
    run(
        "aapt", "package", "-f", "-m", "--no-version-vectors", "-J", work / "gen", "-M", source / "AndroidManifest.xml",
        "-S", source / "res", "-I", tools.android, "-F", package,
    )  # fmt: skip
    with zipfile.ZipFile(package) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def compile_code(sample: Sample, tools: Tools, work: Path) -> bytes:
    """Compile the Java source and ``R.java`` into one DEX file."""
    sources = sorted((HERE / sample.id / "src").rglob("*.java"), key=Path.as_posix)
    # The packed sample keeps none of its own classes, R among them: they are what a packer hides.
    generated = [] if sample.native else sorted((work / "gen").rglob("*.java"))
    (work / "classes").mkdir()
    run(
        "javac", "-nowarn", "-Xlint:-options", "-source", "8", "-target", "8", "-g:source,lines", "-encoding", "UTF-8",
        "-implicit:none", "-bootclasspath", tools.android, "-d", work / "classes", *sources, *generated,
    )  # fmt: skip
    classes = sorted((work / "classes").rglob("*.class"), key=Path.as_posix)
    run(
        "java", "-cp", tools.dx, "com.android.dx.command.Main", "--dex", "--min-sdk-version=21",
        f"--output={work / 'classes.dex'}", *[path.relative_to(work / "classes") for path in classes],
        cwd=work / "classes",
    )  # fmt: skip
    return (work / "classes.dex").read_bytes()


def write_archive(entries: dict[str, bytes], path: Path) -> None:
    """Write a zip with sorted entries and one fixed time; the resource table stays uncompressed, as Android asks."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in sorted(entries):
            info = zipfile.ZipInfo(name, STAMP)
            info.create_system = 0
            stored = name == "resources.arsc" or name.endswith(".so")
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(info, entries[name], compresslevel=9)


def sign(sample: Sample, unsigned: Path, signed: Path) -> None:
    """Sign with the sample-only key (RSA PKCS #1 v1.5: the same bytes each time)."""
    key = HERE / "signing"
    run(
        "apksigner", "sign", "--key", key / "SAMPLE-ONLY-key.pk8", "--cert", key / "SAMPLE-ONLY-cert.pem",
        "--v1-signer-name", "SAMPLE", "--v4-signing-enabled", "false",
        *[part for scheme in ("v1", "v2", "v3")
          for part in (f"--{scheme}-signing-enabled", str(scheme in sample.schemes).lower())],
        "--in", unsigned, "--out", signed,
    )  # fmt: skip


def build(sample: Sample, tools: Tools, target: Path) -> None:
    """Build one sample into ``target``."""
    with tempfile.TemporaryDirectory(prefix="eduaudit-sample-") as folder:
        work = Path(folder)
        entries = compile_resources(sample, tools, work)
        entries["classes.dex"] = compile_code(sample, tools, work)
        entries |= {name: empty_elf(bits=64 if "arm64" in name else 32) for name in sample.native}
        write_archive(entries, work / "plain.apk")
        run("zipalign", "-f", "4", work / "plain.apk", work / "aligned.apk")
        sign(sample, work / "aligned.apk", work / "signed.apk")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(work / "signed.apk", target)


def apk_of(sample: Sample) -> Path:
    """Return where the committed package of ``sample`` lies."""
    return HERE / sample.id / f"{sample.id}.apk"


def have_commands(*, install: bool) -> None:
    """Make sure that the Debian 12 tools are there; with ``install`` (needs root) install what is missing."""
    missing = missing_commands()
    if missing and not install:
        raise BuildError(f"missing Debian packages: {' '.join(missing)} (--install installs them)")
    if missing:
        run("apt-get", "update")
        run("apt-get", "install", "-y", "--no-install-recommends", *missing)


def main(arguments: list[str] | None = None) -> int:
    """Build or, with ``--check``, rebuild elsewhere and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ids", nargs="*", metavar="ID", help=f"of {', '.join(one.id for one in SAMPLES)}; all if none")
    parser.add_argument("--check", action="store_true", help="rebuild into a scratch folder and compare with the files")
    parser.add_argument("--install", action="store_true", help="install missing Debian packages (needs root)")
    options = parser.parse_args(arguments)
    if unknown := set(options.ids) - {one.id for one in SAMPLES}:
        parser.error(f"no such sample: {', '.join(sorted(unknown))}")
    chosen = [one for one in SAMPLES if not options.ids or one.id in options.ids]
    try:
        have_commands(install=options.install)
        tools = find_tools()
        different = 0
        with tempfile.TemporaryDirectory(prefix="eduaudit-check-") as scratch:
            for sample in chosen:
                target = Path(scratch) / f"{sample.id}.apk" if options.check else apk_of(sample)
                build(sample, tools, target)
                data = target.read_bytes()
                same = not options.check or data == apk_of(sample).read_bytes()
                different += not same
                verdict = "" if not options.check else "  same" if same else "  DIFFERENT"
                print(f"{sample.id:9} {len(data):6} bytes  {hashlib.sha256(data).hexdigest()}{verdict}")
    except BuildError as error:
        print(f"build.py: {error}", file=sys.stderr)
        return 2
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
