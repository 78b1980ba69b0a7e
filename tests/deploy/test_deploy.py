"""What is in `deploy`: checked by the tools that read it, where they are installed."""

from __future__ import annotations

import dataclasses
import http.client
import os
import re
import shutil
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import yaml

from benchmarks._environments import SOURCES
from harmony_core.quotas import Quotas, quotas
from tests.free_port import free_port
from tests.server.served import serving

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
CONTAINERFILE = (DEPLOY / "Containerfile").read_text("utf-8")
NGINX = shutil.which("nginx", path=os.pathsep.join([os.environ["PATH"], "/usr/sbin"]))
HADOLINT = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which(
    "hadolint"
)
needs_nginx = pytest.mark.skipif(
    NGINX is None or shutil.which("openssl") is None, reason="nginx and openssl are not installed"
)


def instructions(name: str) -> list[str]:
    """The arguments of every instruction of a name in the Containerfile, on one line each."""
    joined = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", CONTAINERFILE, flags=re.MULTILINE))
    return [line.partition(" ")[2] for line in joined.splitlines() if line.startswith(f"{name} ")]


@pytest.mark.skipif(HADOLINT is None, reason="hadolint is not installed: make dev")
def test_the_containerfile_passes_the_linter() -> None:
    done = subprocess.run(
        [str(HADOLINT), "--failure-threshold", "info", DEPLOY / "Containerfile"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_container_runs_as_a_user_keeps_its_data_and_tells_its_health() -> None:
    user = instructions("USER")[-1]
    assert user.isdigit()
    assert int(user) > 0
    (data,) = instructions("VOLUME")
    environment = " ".join(instructions("ENV"))
    assert f"HARMONY_RUNS={data}/" in environment
    assert f"HARMONY_UPLOADS={data}/" in environment
    assert "HARMONY_MODE=shared" in environment
    assert any("/healthz" in check for check in instructions("HEALTHCHECK"))
    assert "TORCH_INDEX=https://download.pytorch.org/whl/cpu" in instructions("ARG")


def test_the_torch_of_the_container_is_within_the_declared_ranges() -> None:
    (words,) = re.findall(r"grep .*? requirements-\*\.txt", CONTAINERFILE)
    found = subprocess.run(words, shell=True, cwd=ROOT, capture_output=True, text=True, check=True)
    assert {re.split("[<>=]", line)[0] for line in found.stdout.splitlines()} == {
        "torch", "torchvision",
    }  # fmt: skip


def test_the_container_gets_what_the_wheel_is_built_from_and_no_more() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    kept = {line[1:] for line in lines if line.startswith("!")}
    assert "*" in lines
    assert kept == {*SOURCES, "requirements*.txt"}


def test_limits_are_variables_that_the_server_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (DEPLOY / "limits.env").read_text("utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    usual, set_here = Quotas(), quotas()
    assert set_here != usual
    known = {f"HARMONY_{field.name.upper()}" for field in dataclasses.fields(Quotas)}
    sources = [*(ROOT / "harmony_core").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]
    text = "\n".join(path.read_text("utf-8") for path in sources)
    assert not [name for name in given if name not in known and f'"{name}"' not in text]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of what `deploy/prepare` changes and reads."""
    shutil.copytree(DEPLOY, tmp_path / "deploy")
    for path in [ROOT / "README.md", *ROOT.glob("requirements*.txt")]:
        shutil.copy(path, tmp_path)
    return tmp_path


def prepare(clone: Path, host: str) -> subprocess.CompletedProcess[str]:
    command = [clone / "deploy" / "prepare", host]
    return subprocess.run(command, cwd=clone.parent, capture_output=True, text=True)


def test_a_clone_is_prepared_for_a_space(clone: Path) -> None:
    for _ in range(2):  # the second time changes nothing
        assert prepare(clone, "huggingface").returncode == 0
        _, head, text = (clone / "README.md").read_text("utf-8").split("---\n", 2)
        assert text == (ROOT / "README.md").read_text("utf-8")
    settings = yaml.safe_load(head)
    assert settings["sdk"] == "docker"
    assert [str(settings["app_port"])] == instructions("EXPOSE")
    assert len(settings["short_description"]) <= 60  # Spaces refuse a longer one
    assert (clone / "Dockerfile").read_text("utf-8") == CONTAINERFILE


def test_a_clone_is_prepared_for_community_cloud(clone: Path) -> None:
    before = (clone / "requirements.txt").read_text("utf-8")
    for _ in range(2):
        assert prepare(clone, "streamlit").returncode == 0
        after = (clone / "requirements.txt").read_text("utf-8")
        assert after.endswith(before)
    assert after.splitlines().count("--extra-index-url https://download.pytorch.org/whl/cpu") == 1


def test_another_host_is_refused(clone: Path) -> None:
    done = prepare(clone, "elsewhere")
    assert done.returncode == 2
    assert "Expected huggingface or streamlit, but got elsewhere." in done.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    text = (DEPLOY / "harmony.service").read_text("utf-8")
    command, program = re.findall(r"^ExecStart=((\S+) .*)$", text, re.MULTILINE)[0]
    unit = tmp_path / "harmony.service"
    unit.write_text(text.replace(command, command.replace(program, sys.executable, 1)))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True
    )
    assert "harmony.service" not in done.stderr
    assert done.returncode == 0, done.stderr


@contextmanager
def proxied(folder: Path, upstream: int) -> Iterator[int]:
    """nginx with the configuration of `deploy`, a certificate of its own, and other ports."""
    port = free_port()
    certificate, key = folder / "own.pem", folder / "own.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
         "/CN=harmony.example.org", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    for written, here in {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "/etc/ssl/harmony.example.org.pem": str(certificate),
        "/etc/ssl/harmony.example.org.key": str(key),
        "127.0.0.1:8501": f"127.0.0.1:{upstream}",
    }.items():
        assert written in text
        text = text.replace(written, here)
    (folder / "server.conf").write_text(text)
    main = folder / "nginx.conf"
    main.write_text(
        f"daemon off; pid {folder}/pid; error_log stderr;\nevents {{}}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/body;\n"
        f"proxy_temp_path {folder}/proxy; include {folder}/server.conf; }}\n"
    )
    command = [str(NGINX), "-c", str(main), "-p", str(folder)]
    tested = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert tested.returncode == 0, tested.stderr
    assert "[warn]" not in tested.stderr
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        yield port
        server.terminate()


def unchecked() -> ssl.SSLContext:
    """TLS that takes any certificate; that of the test has signed itself."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def fetch(address: str, **headers: str) -> tuple[int, str, str]:
    """Status, cookie and text of an answer to a request for the example's host."""
    named = {"Host": "harmony.example.org", **headers}
    request = urllib.request.Request(address, headers=named)
    try:
        with urllib.request.urlopen(request, context=unchecked(), timeout=30) as answer:
            return answer.status, str(answer.headers.get("Set-Cookie")), answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, "", error.read().decode()


@needs_nginx
@pytest.mark.slow
def test_nginx_passes_on_pages_and_the_websocket_and_hides_metrics(tmp_path: Path) -> None:
    settings = {"HARMONY_MODE": "shared", "HARMONY_HOSTS": "harmony.example.org"}
    with (
        serving(tmp_path, "--server.baseUrlPath=harmony", **settings) as app,
        proxied(tmp_path, app.port) as port,
    ):
        address = f"https://127.0.0.1:{port}/harmony"
        status = 0
        while status == 0:
            with suppress(OSError):
                status, _, text = fetch(f"{address}/healthz")
        assert (status, text) == (200, "ok\n")
        status, cookie, text = fetch(f"{address}/", Accept="text/html")
        assert status == 200
        assert '<div id="root">' in text
        assert cookie.endswith("; Secure")
        assert "Path=/harmony;" in cookie
        assert fetch(f"{address}/metrics")[0] == 404
        line = {
            "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": "https://harmony.example.org",
        }  # fmt: skip
        assert opening(port, "/harmony/_stcore/stream", line) == 101
        foreign = {**line, "Origin": "https://elsewhere.example"}
        assert opening(port, "/harmony/_stcore/stream", foreign) == 403


def opening(port: int, path: str, headers: dict[str, str]) -> int:
    """The status of the answer to a request over TLS that may switch protocols."""
    line = http.client.HTTPSConnection("127.0.0.1", port, context=unchecked(), timeout=30)
    try:
        line.request("GET", path, headers={"Host": "harmony.example.org", **headers})
        return line.getresponse().status
    finally:
        line.close()
