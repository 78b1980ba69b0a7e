"""The app on a port of its own, and how to talk to it without a browser."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from harmony_core.experiments.link import Query
from tests.free_port import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 60


@dataclass(frozen=True)
class Served:
    """A server: its port and its process."""

    port: int
    process: subprocess.Popen[bytes]


@contextmanager
def serving(folder: Path, *options: str, **settings: str) -> Iterator[Served]:
    """The app, served with a folder of its own."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"),
               "--server.headless=true", f"--server.port={port}", *options]  # fmt: skip
    environment = {**os.environ, "HARMONY_RUNS": str(folder / "runs"), **settings}
    with open(folder / "server.log", "wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    deadline = time.monotonic() + PATIENCE
    try:
        while True:
            with suppress(OSError):
                ask(port, "GET", "/_stcore/health")
                break
            said = (folder / "server.log").read_text()
            assert server.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.1)
        yield Served(port, server)
    finally:
        server.terminate()
        server.wait(PATIENCE)


def ask(
    port: int, method: str, path: str, body: bytes | Iterable[bytes] | None = None, **headers: str
) -> tuple[int, http.client.HTTPMessage, str]:
    """Status, headers and text of an answer; an underscore in a header's name stands for a dash."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        line.request(method, path, body, named)
        answer = line.getresponse()
        return answer.status, answer.headers, answer.read().decode("utf-8", "replace")
    finally:
        line.close()


@contextmanager
def visit(port: int, path: str = "", query: Query | None = None) -> Iterator[Visit]:
    """An open page as its browser has it, once the server has begun to draw it."""
    token = cookies(port)
    with connect(
        f"ws://127.0.0.1:{port}/_stcore/stream",
        origin=Origin(f"http://127.0.0.1:{port}"), max_size=None,
        max_queue=None, proxy=None,
        ping_interval=None,
        subprotocols=[Subprotocol("streamlit")], additional_headers={"Cookie": token},
    ) as line:  # fmt: skip
        state = ClientState(query_string=urlencode(query or {}, doseq=True), page_name=path)
        line.send(BackMsg(rerun_script=state).SerializeToString())
        while True:
            message = ForwardMsg.FromString(line.recv(PATIENCE))
            if message.WhichOneof("type") == "new_session":
                break
        yield Visit(port, line, message.new_session.initialize.session_id, token)


def cookies(port: int) -> str:
    """What a browser that comes for the first time sends from then on."""
    given = [ask(port, "GET", path, Accept="text/html")[1] for path in ("/", "/_stcore/health")]
    all_given = [cookie for headers in given for cookie in headers.get_all("Set-Cookie", [])]
    return "; ".join(cookie.partition(";")[0] for cookie in all_given)


@dataclass(frozen=True)
class Visit:
    """An open page: the server's port, the connection, the visit's id and the browser's cookies."""

    port: int
    line: ClientConnection
    session: str
    cookies: str

    def put(self, file: str, size: int) -> int:
        """Upload so many bytes as a file; the status of the answer."""
        start = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'
        return ask(
            self.port, "PUT", f"/_stcore/upload_file/{self.session}/{file}",
            start + bytes(size) + b"\r\n--b--\r\n", Cookie=self.cookies,
            X_Xsrftoken=self._xsrf(), Content_Type="multipart/form-data; boundary=b",
        )[0]  # fmt: skip

    def remove(self, file: str) -> int:
        """Remove an upload; the status of the answer."""
        path = f"/_stcore/upload_file/{self.session}/{file}"
        return ask(
            self.port, "DELETE", path, Cookie=self.cookies, X_Xsrftoken=self._xsrf()
        )[0]  # fmt: skip

    def _xsrf(self) -> str:
        found = re.search(r"_streamlit_xsrf=([^;]+)", self.cookies)
        assert found
        return found[1]
