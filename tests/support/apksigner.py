"""Debian's apksigner, many commands in one Java process: starting one for each takes a second."""

import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

JAR = Path("/usr/share/java/apksigner.jar")
available = bool(shutil.which("apksigner") and shutil.which("javac") and JAR.exists())


@dataclass
class Told:
    """What ``apksigner verify --verbose --print-certs`` says."""

    accepted: bool
    schemes: tuple = ()
    certificates: tuple = ()
    """SHA-256, SHA-1, MD5 of each signer's certificate."""
    keys: tuple = ()
    errors: tuple = ()
    output: str = field(default="", repr=False)


class Apksigner:
    """Context manager; `run` gives exit status and output of one command."""

    def __init__(self, jar=JAR):
        self.jar = jar

    def __enter__(self):
        self.process = subprocess.Popen(
            [
                "java", "-XX:TieredStopAtLevel=1", "-Djava.security.manager=allow", "-cp", str(self.jar),
                str(Path(__file__).with_name("Apksigner.java")),
            ],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        return self

    def __exit__(self, *unused):
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()

    def run(self, *arguments):
        self.process.stdin.write("\x1f".join(map(str, arguments)).encode() + b"\n")
        self.process.stdin.flush()
        status, size = map(int, self.process.stdout.readline().split())
        return status, self.process.stdout.read(size).decode("utf-8", "replace")

    def do(self, *arguments):
        status, output = self.run(*arguments)
        assert status == 0, (arguments, output)

    def verify(self, path, *, idsig=None, min_sdk=None):
        options = ["--v4-signature-file", idsig] if idsig else []
        options += ["--min-sdk-version", min_sdk] if min_sdk else []
        status, output = self.run("verify", "--verbose", "--print-certs", *options, path)
        schemes = tuple(re.findall(r"^Verified using (v[\d.]+) scheme .*: true$", output, re.MULTILINE))
        schemes += ("stamp",) * ("Verified for SourceStamp: true" in output)
        digests = {
            kind: re.findall(rf"^Signer #\d+ certificate {kind} digest: (\w+)$", output, re.MULTILINE)
            for kind in ("SHA-256", "SHA-1", "MD5")
        }
        algorithms = re.findall(r"^Signer #\d+ key algorithm: (\w+)$", output, re.MULTILINE)
        sizes = re.findall(r"^Signer #\d+ key size \(bits\): (\d+)$", output, re.MULTILINE)
        errors = re.findall(r"^(?:ERROR: )?(.+)$", output.replace("DOES NOT VERIFY\n", ""), re.MULTILINE)
        return Told(
            accepted=status == 0,
            schemes=schemes,
            certificates=tuple(zip(*digests.values(), strict=True)),
            keys=tuple(zip(algorithms, sizes, strict=True)),
            errors=() if status == 0 else tuple(line for line in errors if not line.startswith("WARNING")),
            output=output,
        )
