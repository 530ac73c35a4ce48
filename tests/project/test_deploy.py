"""What lies in `deploy/` fits the commands and settings that there are; systemd itself looks at the units."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from registry_api.cli import registry
from registry_api.settings import PREFIX, Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())


def known(command):
    """Tell whether ``registry serve --no-worker`` and the like exist, with these options."""
    group, name, *options = command
    assert group == "registry"
    found = registry.commands[name]
    offered = {option for parameter in found.params for option in parameter.opts}
    return all(option in offered for option in options if option.startswith("--"))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_takes_the_units(tmp_path):
    for unit in UNITS:
        # The program and its user are made at the installation; here stand-ins that exist.
        text = (
            unit.read_text().replace("/opt/eduaudit/bin/eduaudit", "/bin/true").replace("User=eduaudit", "User=daemon")
        )
        (tmp_path / unit.name.replace("@.", "@1.")).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", *sorted(tmp_path.iterdir())], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.name)
def test_units_start_commands_that_exist(unit):
    [line] = re.findall(r"^ExecStart=/opt/eduaudit/bin/eduaudit (.+)$", unit.read_text(), re.MULTILINE)
    assert known(line.split())


def test_the_compose_file_names_commands_settings_and_volumes_that_exist():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    settings = {PREFIX + name.upper() for name in Settings.__dataclass_fields__}
    assert set(compose) - {"services", "volumes"} <= {key for key in compose if key.startswith("x-")}
    for service in compose["services"].values():
        assert set(service) <= {
            "image", "restart", "environment", "depends_on", "volumes", "healthcheck", "command", "ports", "deploy",
        }  # fmt: skip
        for name in service["environment"]:
            assert not name.startswith(PREFIX) or name in settings, name
        if service["image"] == "eduaudit":
            assert known(service["command"])
        for volume in service.get("volumes", ()):
            assert volume.split(":")[0] in compose["volumes"]
        for other in service.get("depends_on", ()):
            assert compose["services"][other]["healthcheck"]["test"]
    ports = [port for service in compose["services"].values() for port in service.get("ports", ())]
    assert ports == [f"127.0.0.1:{Settings.port}:{Settings.port}"], "reached through the proxy with TLS alone"


def test_scripts_of_the_shell_can_be_read():
    for script in DEPLOY.glob("*.sh"):
        assert subprocess.run(["bash", "-n", script], check=False).returncode == 0


def test_the_image_installs_extras_that_exist():
    import tomllib

    extras = tomllib.loads((DEPLOY.parent / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    wanted = re.search(r"whl\)\[([\w,]+)\]", (DEPLOY / "Dockerfile").read_text())[1].split(",")
    assert set(wanted) <= set(extras)
