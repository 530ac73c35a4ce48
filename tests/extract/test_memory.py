import subprocess
import sys


def test_a_child_of_a_large_process_reports_its_own_peak():
    large = bytearray(400 << 20)
    large[::4096] = b"x" * len(large[::4096])
    code = "from analyzer.extract.memory import peak_memory; print(peak_memory())"
    peak = int(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)
    assert 1 << 20 < peak < 300 << 20
    assert len(large) == 400 << 20
