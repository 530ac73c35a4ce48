"""Files are written whole or not at all, and a device stays a device."""

import os
import stat
import threading

import pytest

from analyzer.model import EduauditError
from registry_api.kit.wholefile import whole_file


def test_a_file_takes_its_name_only_when_it_is_whole(tmp_path):
    path = tmp_path / "report.html"
    path.write_bytes(b"old")

    def half():
        with whole_file(path) as file:
            file.write(b"half")
            raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError, match="interrupted"):
        half()
    assert path.read_bytes() == b"old"
    with whole_file(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"
    assert [item.name for item in tmp_path.iterdir()] == ["report.html"]


def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    read = []
    reader = threading.Thread(target=lambda: read.append(path.read_bytes()))
    reader.start()
    with whole_file(path) as file:
        file.write(b"through")
    reader.join(10)
    assert read == [b"through"]
    assert stat.S_ISFIFO(path.stat().st_mode)


def test_a_folder_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(EduauditError, match="cannot be written"), whole_file(tmp_path / "no" / "x.pdf") as file:
        file.write(b"")
