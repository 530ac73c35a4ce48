"""Hand in a filing, and wait for its audit."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analyzer.model import EduauditError
from registry_api.commands.group import connect, key_option, lang_option, registry, url_option
from registry_api.console import POLL_SECONDS, print_run, say

if TYPE_CHECKING:
    from registry_api.client import Client


@registry.command()
@click.argument("app", type=click.Path(path_type=Path))
@click.option("--filing", required=True, type=click.Path(path_type=Path), help="备案材料（JSON）/ the filing")
@click.option("--policy", type=click.Path(path_type=Path), help="隐私政策 / the privacy policy")
@url_option
@key_option
@lang_option
@click.option("--wait", is_flag=True, help="等待检测完成并列出问题 / wait for the audit and list the findings")
def submit(
    app: Path, filing: Path, policy: Path | None, url: str | None, key: str | None, lang: str, *, wait: bool
) -> None:
    """提交备案与应用包 / hand in a filing with its package.

    退回补正后，修改材料再次提交即可。/ After a return for correction: mend the files and submit again.
    """
    from registry_api.submission import submit as hand_in

    with connect(url, key) as client:
        result = hand_in(client, app, filing, policy, note=lambda text: click.echo(text, err=True))
        if wait:
            run = _wait_for(client, result.run_id)
            print_run(client, run, lang)
        say(f"{client.url}/apps/{result.package}")
        if wait and run["state"] != "succeeded":
            raise EduauditError(f"{app}: audit {run['state']}: {(run['error'] or {}).get('detail', '')}")


def _wait_for(client: Client, run_id: str) -> dict[str, Any]:
    while True:
        run: dict[str, Any] = client.call("GET", f"/audits/{run_id}").json()
        if run["state"] in {"succeeded", "failed", "cancelled"}:
            return run
        time.sleep(POLL_SECONDS)
