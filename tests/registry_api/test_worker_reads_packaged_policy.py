"""The registry judges the same facts as the command does: a policy inside the package is read where none was handed in."""

from apks import launcher, make_apk, make_manifest
from policies import policies

import analyzer
from analyzer.model import Facts
from registry_api.analysis import AnalyzerFacade

OURS = next(one.markdown for one in policies("dev") if one.name == "d09-typing-good-long")


def test_the_worker_and_the_command_read_the_same_packaged_policy(tmp_path):
    path = tmp_path / "a.apk"
    manifest = make_manifest(application={"label": "墨指打字"}, components=[launcher()])
    path.write_bytes(make_apk(manifest, assets__privacy_dot_txt=OURS.encode()))
    facade = AnalyzerFacade()
    static = facade.extract(path)
    assert static.policies
    by_worker = facade.report_of(Facts(static=static))
    by_command = analyzer.audit(path)
    assert by_worker.declarations
    assert by_worker.declarations == by_command.declarations
    assert [row.fingerprint for row in by_worker.findings] == [row.fingerprint for row in by_command.findings]
