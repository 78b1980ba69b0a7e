"""`harmony app`, and how a command names itself: as it was called."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from harmony_core import __version__
from harmony_core.cli import build_parser, main
from harmony_core.serving.command import streamlit_command
from tests.free_port import free_port

ROOT = Path(__file__).parents[2]
COMMANDS = "run list show export posthoc resume delete inspect bench study app methods datasets"


def test_the_app_of_a_checkout_is_the_one_beside_the_package() -> None:
    command = streamlit_command("localhost", 8501, ["--server.baseUrlPath=harmony"])
    assert str(ROOT / "app.py") in command
    assert command[-1] == "--server.baseUrlPath=harmony"


def test_what_follows_two_dashes_goes_to_streamlit() -> None:
    words = ["app", "--port", "8600", "--", "--server.baseUrlPath=x", "--theme.base", "dark"]
    given = build_parser().parse_args(words)
    assert given.options == ["--server.baseUrlPath=x", "--theme.base", "dark"]
    assert (given.port, given.address) == (8600, "localhost")


@pytest.mark.parametrize("port", ["0", "65536", "x", "-1"])
def test_a_port_is_a_number(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["app", f"--port={port}"]) == 2
    assert f"Expected a port from 1 to 65535, but got {port!r}" in capsys.readouterr().err


def test_an_unknown_option_is_not_passed_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["app", "--server.port=1"]) == 2
    assert "--server.port=1" in capsys.readouterr().err


def test_runs_that_are_a_file_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "runs.txt").write_text("")
    assert main(["app", "--runs", str(tmp_path / "runs.txt")]) == 2
    assert "to be a folder, but got a file" in capsys.readouterr().err


def test_a_port_in_use_is_said_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert main(["app", "--port", str(port), "--runs", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert f"Expected to listen on port {port} of localhost" in said
    assert "--port" in said


def test_an_address_of_no_machine_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["app", "--address", "256.1.1.1", "--runs", str(tmp_path)]) == 2
    assert "of 256.1.1.1, but got" in capsys.readouterr().err


def test_runs_that_cannot_be_made_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert main(["app", "--runs", str(tmp_path / "file" / "runs")]) == 2
    assert "Expected to make the runs folder" in capsys.readouterr().err


def test_a_message_of_the_parser_ends_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["app", "--port=x"]) == 2
    assert "got 'x'. See `" in capsys.readouterr().err


@pytest.mark.slow
def test_it_serves_until_it_is_told_to_end(tmp_path: Path) -> None:
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("HARMONY_RUNS")
    command = [sys.executable, "-m", "harmony_core", "app", "--port", str(port)]
    with subprocess.Popen(
        [*command, "--", "--server.baseUrlPath=below"], cwd=tmp_path, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as server:  # fmt: skip
        answer = ""
        while not answer and server.poll() is None:
            with (
                suppress(OSError),
                urllib.request.urlopen(
                    f"http://localhost:{port}/below/_stcore/health", timeout=10
                ) as response,
            ):
                answer = response.read().decode()
        server.terminate()
        said, _ = server.communicate(timeout=60)
    assert answer == "ok"
    assert f"Experiments are kept in {tmp_path / 'runs'}." in said
    assert "Traceback" not in said


def called(name: str, tmp_path: Path, *words: str) -> str:
    """What a program of that name prints, which is the command line and nothing else."""
    program = tmp_path / name
    program.write_text("from harmony_core.cli import main\nraise SystemExit(main())\n")
    done = subprocess.run(
        [sys.executable, program, *words], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100"}, cwd=tmp_path,
    )  # fmt: skip
    return done.stdout + done.stderr


def test_the_installed_command_is_called_harmony_everywhere(tmp_path: Path) -> None:
    program = (
        "from contextlib import suppress\nfrom harmony_core.cli import main\n"
        f"for name in {COMMANDS.split()}:\n"
        "    with suppress(SystemExit):\n        main([name, '-h'])\n"
    )
    for file in ("harmony", "other"):
        (tmp_path / file).write_text(program)
    told = {
        file: subprocess.run(
            [sys.executable, tmp_path / file], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        ).stdout
        for file in ("harmony", "other")
    }  # fmt: skip
    for name in COMMANDS.split():
        assert f"usage: harmony {name} " in told["harmony"]
        assert f"usage: python -m harmony_core {name} " in told["other"]
    assert "harmony inspect train.csv" in told["harmony"]
    assert "harmony study quick" in told["harmony"]
    assert "python -m harmony_core" not in told["harmony"]
    assert "\n  harmony " not in told["other"]


def test_hints_name_the_command_that_was_run(tmp_path: Path) -> None:
    assert "usage: harmony " in called("harmony", tmp_path, "--help")
    assert "    harmony resume latest " in called("harmony", tmp_path, "--help")
    assert "See `harmony run --help`." in called("harmony", tmp_path, "run", "--epochs", "x")
    wrong = called("other", tmp_path, "run", "--epochs", "x")
    assert "See `python -m harmony_core run --help`." in wrong


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"harmony {__version__}\n"
