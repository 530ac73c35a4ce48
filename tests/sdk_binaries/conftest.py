import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # the test folders are no packages: `vendorbinaries`, `dexdumptext`

ROW = "sdk binary"
COLUMNS = ("SDK", "archive", "DEX", "calls", "fields", "inherited", "dexdump", "accesses by kind", "named")


def pytest_terminal_summary(terminalreporter):
    """Print the table of the binaries that were compared."""
    rows = [
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == ROW
    ]
    if not rows:
        return
    table = [COLUMNS, *sorted(tuple(row) for row in rows)]
    widths = [min(44, max(len(str(row[column])) for row in table)) for column in range(len(COLUMNS))]
    terminalreporter.write_sep("=", f"{len(rows)} SDK binaries against dexdump -d")
    for row in table:
        terminalreporter.write_line("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)))
