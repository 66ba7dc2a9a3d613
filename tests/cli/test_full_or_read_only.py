"""A place that is full or cannot be written: one sentence, exit code 4, and `--resume` ends with the same bytes."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Workplace

    Until = Callable[[Callable[[], object]], None]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits, mounts and capabilities of Linux")

RUN = ("--jobs", "2", "--format", "json", "--quiet")
SMALL, LARGE = "96k", "50m"


def result(workplace: Workplace, out: str) -> bytes:
    document = json.loads((workplace.path / out / "report.json").read_text(encoding="utf-8"))
    return json.dumps(document["result"], sort_keys=True).encode()


def refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """One sentence on stderr, and the exit code of a verification that is broken."""
    assert done.returncode == 4, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("verify: cannot ")
    assert done.stderr.count("\n") == 1
    assert all(word in done.stderr for word in words), done.stderr


def resumed(workplace: Workplace, claim: str, out: str) -> None:
    """The continuation of what was refused is a run like any other, and draws only what is missing."""
    workplace.drawn()
    whole = workplace.run("run", claim, *RUN, "--out", "whole")
    assert whole.returncode == 0, whole.stderr
    blocks = workplace.drawn()
    done = workplace.run("run", claim, *RUN, "--out", out, "--resume")
    assert done.returncode == 0, done.stderr
    assert workplace.drawn() < blocks
    assert result(workplace, out) == result(workplace, "whole")


def finished(process: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    out, err = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@pytest.fixture
def device(workplace: Workplace) -> Iterator[Path]:
    """A file system of its own, of 96 KiB."""
    place = workplace.path / "device"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not permitted")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_device_stops_the_run(workplace: Workplace, device: Path) -> None:
    claim = workplace.slow(seconds=0.002)
    refused(workplace.run("run", claim, *RUN, "--out", "device"), "results", "free some space", "--out")
    subprocess.run(["mount", "-o", f"remount,size={LARGE}", str(device)], check=True)
    resumed(workplace, claim, "device")


FILL = """
def fill():
    if not Path("filled").exists():
        Path("filled").touch()
        while not Path("started").exists() or len(Path("started").read_text()) < 40:  # most blocks are drawn
            time.sleep(0.1)
        with open("device/filler", "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
    return []


CLAIM = """


def test_a_device_that_fills_up_before_the_report_is_written(workplace: Workplace, device: Path) -> None:
    """The claim itself fills the device, while it tells its findings."""
    subprocess.run(["mount", "-o", f"remount,size={LARGE}", str(device)], check=True)
    claim = workplace.slow(seconds=0.002)
    text = (workplace.path / claim).read_text().replace("import time\n", "import contextlib\nimport time\n")
    workplace.write(claim, text.replace("CLAIM = ", FILL).replace("controls=(),", "controls=(), findings=fill,"))
    refused(workplace.run("run", claim, *RUN, "--out", "device"))
    assert not list(device.glob("*report.json*"))  # nor a part of it
    (device / "filler").unlink()
    resumed(workplace, claim, "device")


def test_a_limit_on_the_size_of_files_stops_the_run(workplace: Workplace) -> None:
    claim = workplace.slow(seconds=0.002)

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (90_000, 90_000))

    done = finished(workplace.start("run", claim, *RUN, "--out", "limited", preexec_fn=limited))
    refused(done, "results", "free some space", "--out")
    assert workplace.chunks("limited") > 0
    resumed(workplace, claim, "limited")


def unprivileged(workplace: Workplace, *arguments: str) -> subprocess.Popen[str]:
    """A run for which permissions count, also where the tests are run by root."""
    if os.geteuid():
        return workplace.start(*arguments)
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("root writes everywhere, and there is no setpriv to take that away")
    command = [setpriv, "--bounding-set", "-all", sys.executable, "-m", "verify", *arguments]
    process = subprocess.Popen(
        command,
        cwd=workplace.path,
        env=workplace.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    workplace.running.append(process)
    return process


def test_a_directory_that_is_read_only_is_noticed_before_anything_is_drawn(workplace: Workplace) -> None:
    claim = workplace.slow()
    (workplace.path / "out").mkdir(mode=0o555)
    done = finished(unprivileged(workplace, "run", claim, *RUN, "--out", "out"))
    assert done.returncode == 2
    assert "cannot write to out (Permission denied); choose another --out" in done.stderr
    assert workplace.drawn() == 0


def test_a_directory_that_becomes_read_only_loses_nothing(workplace: Workplace, until: Until) -> None:
    claim = workplace.slow(seconds=0.02)
    process = unprivileged(workplace, "run", claim, *RUN, "--out", "out")
    until(lambda: workplace.chunks("out") > 1)
    (workplace.path / "out").chmod(0o555)
    refused(finished(process), "the report to out", "Permission denied", "--resume")
    (workplace.path / "out").chmod(0o755)
    resumed(workplace, claim, "out")
