"""A visitor without a browser: the requests and the websocket that a page's browser would use."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from harmony_core.experiments.link import Query

PATIENCE = 120.0


class WebsocketVisit:
    """An open connection; a draw is over when the server says that its script has finished."""

    def __init__(self, line: ClientConnection) -> None:
        self._line = line
        self.state = ClientState()

    def open(self, page: str, query: Query) -> float:
        """Open a page, by name, and return how many seconds the server took to draw it."""
        self.state = ClientState(query_string=urlencode(query, doseq=True), page_name=page)
        return self._drawn()

    def again(self) -> float:
        """Have the open page drawn again, as a click does."""
        return self._drawn()

    def _drawn(self) -> float:
        start = time.perf_counter()
        self._line.send(BackMsg(rerun_script=self.state).SerializeToString())
        begun = False
        while time.perf_counter() - start < PATIENCE:
            message = ForwardMsg.FromString(self._line.recv(PATIENCE))
            kind = message.WhichOneof("type")
            if kind == "new_session":
                begun = True
                self.state.page_script_hash = message.new_session.page_script_hash
            elif kind == "delta" and message.delta.new_element.HasField("exception"):
                raise RuntimeError(message.delta.new_element.exception.message)
            elif begun and kind == "script_finished":
                return time.perf_counter() - start
        raise TimeoutError(f"Expected the page within {PATIENCE:.0f} s, but it was not drawn.")


@contextmanager
def websocket_visit(address: str) -> Iterator[WebsocketVisit]:
    """Come as a new browser does, and leave."""
    request = urllib.request.Request(address, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        cookie = (answer.headers["Set-Cookie"] or "").partition(";")[0]
    with connect(
        f"ws://{urlsplit(address).netloc}/_stcore/stream",
        origin=Origin(address),
        subprotocols=[Subprotocol("streamlit")],
        additional_headers={"Cookie": cookie},
        max_size=None,
        max_queue=None,
        ping_interval=None,
        proxy=None,
    ) as line:
        yield WebsocketVisit(line)
