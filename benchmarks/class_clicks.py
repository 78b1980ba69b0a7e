"""How long a click takes while a class of thirty works through one link at once.

    python benchmarks/class_clicks.py [--students 30] [--clicks 12]

Starts the app on a free port, limited to two processor cores where the system allows it, and opens
a class. Every student is a client of the app's WebSocket, without a browser: it opens the link,
commits to a prediction and goes on, with a second or two between clicks. A click is timed
from its message to the end of the script run that it causes. Runs train meanwhile, as in a class.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

from benchmarks._served_app import served
from harmony_core.bench.machine import processor
from harmony_core.lessons.course.lesson import lessons

PAUSE = (1.0, 2.5)
"""Seconds a student reads between two clicks; real ones take longer."""
TARGET = 1.0
COURSE = lessons()


class Student:
    """One visitor: a socket, the widgets on the page, and the times of the clicks."""

    def __init__(self, address: str, rng: random.Random) -> None:
        self.address, self.rng = address, rng
        self.widgets: dict[str, str] = {}
        self.values: dict[str, Any] = {}
        self.query = ""
        self.times: list[float] = []
        self.by: dict[str, list[float]] = {}
        self.seen = ""
        self.timer: tuple[float, str] | None = None
        self.ticks = 0
        self.line: Any = None

    async def open(self, page: str, query: str) -> float:
        """Open a page as a browser does; the seconds until it is drawn."""
        self.line = await connect(
            self.address.replace("http", "ws") + "/_stcore/stream",
            subprotocols=["streamlit"],
            max_size=None,
        )
        self.page, self.query = page, query
        return await self.run("", 0)

    async def run(self, trigger: str, number: float | str | None, fragment: str = "") -> float:
        """Send the state of all widgets, with one of them changed, and wait for the run to end."""
        if trigger and number is not None:
            self.values[trigger] = number
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string, rerun.page_name = self.query, self.page
        for widget, value in self.values.items():
            state = rerun.widget_states.widgets.add(id=widget)
            if isinstance(value, float):
                state.double_array_value.data.append(value)
            elif isinstance(value, str):
                state.string_value = value
        if trigger and number is None:
            rerun.widget_states.widgets.add(id=trigger, trigger_value=True)
        ends = [ForwardMsg.FINISHED_SUCCESSFULLY]
        if fragment:
            rerun.fragment_id = fragment
            rerun.is_auto_rerun = True
            ends.append(ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
        else:
            self.timer = None
            self.widgets = {}
        start = time.perf_counter()
        await self.line.send(message.SerializeToString())
        while True:
            data = await asyncio.wait_for(self.line.recv(), 60)
            answer = ForwardMsg()
            answer.ParseFromString(data)
            kind = answer.WhichOneof("type")
            if kind == "delta":
                self._note(answer.delta)
            elif kind == "page_info_changed":
                self.query = answer.page_info_changed.query_string
            elif kind == "auto_rerun":
                self.timer = (answer.auto_rerun.interval, answer.auto_rerun.fragment_id)
            elif kind == "script_finished" and answer.script_finished in ends:
                return time.perf_counter() - start

    def _note(self, delta: Any) -> None:
        if delta.WhichOneof("type") != "new_element":
            return
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "html" and "class-count" in element.html.body:
            self.seen = re.sub(r"<[^>]+>", "", element.html.body)
        if kind in ("button", "slider", "radio"):
            widget = getattr(element, kind)
            self.widgets[widget.id] = kind

    def find(self, name: str) -> str:
        """The widget whose key is ``name``; ids end with the key."""
        return next((w for w in self.widgets if w.endswith(f"-{name}")), "")

    async def click(self, name: str, value: float | str | None = None) -> None:
        widget = self.find(name)
        if widget:
            took = await self.run(widget, value)
            self.times.append(took)
            self.by.setdefault(re.sub(r"learn-|\d|[a-z]+-(?=guess)", "", name), []).append(took)

    async def work(self, code: str, clicks: int) -> None:
        """Go through the steps until ``clicks`` clicks are made."""
        await asyncio.sleep(self.rng.uniform(0, 3))
        self.first = await self.open("learn", f"step=1&class={code}")
        while len(self.times) < clicks:
            before = len(self.times)
            for lesson in COURSE:
                if lesson.predict.kind == "number" and self.find(f"learn-{lesson.name}-guess"):
                    await self.pause()
                    low, high = lesson.predict.low, lesson.predict.high
                    await self.click(f"learn-{lesson.name}-guess", self.rng.uniform(low, high))
                    await self.pause()
                    await self.click("learn-commit")
                    await self.pause()
                    if self.find("learn-prepared"):
                        await self.click("learn-prepared")
                    await self.pause()
                    following = (lesson.number % 2) + 1
                    await self.click(f"learn-step-{following}")
                    break
            if len(self.times) == before:
                await self.pause()
                await self.click(f"learn-step-{self.rng.choice((1, 2, 4, 5, 7))}")
                if len(self.times) == before:
                    raise SystemExit("Expected a control to click, but the page has none.")

    async def pause(self) -> None:
        """Read for a while; fragments on a timer re-run meanwhile, as they do in a browser."""
        end = time.perf_counter() + self.rng.uniform(*PAUSE)
        while self.timer and time.perf_counter() + self.timer[0] < end:
            await asyncio.sleep(self.timer[0])
            await self.run("", None, self.timer[1])
            self.ticks += 1
        await asyncio.sleep(max(0.0, end - time.perf_counter()))


async def lesson(address: str, students: int, clicks: int) -> list[Student]:
    teacher = Student(address, random.Random(0))
    await teacher.open("teach", "")
    await teacher.click("teach-open")
    code = dict(part.split("=") for part in teacher.query.lstrip("?").split("&"))["class"]
    room = [Student(address, random.Random(i)) for i in range(students)]
    await asyncio.gather(*(student.work(code, clicks) for student in room))
    await teacher.run("", None)
    print(f"The teacher sees of step 1: {teacher.seen}")
    return room


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--clicks", type=int, default=12)
    chosen = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    with served() as (address, _):
        room = asyncio.run(lesson(address, chosen.students, chosen.clicks))
    times = sorted(value for student in room for value in student.times)
    first = [student.first for student in room]
    middle, late = statistics.median(times), times[int(0.95 * (len(times) - 1))]
    verdict = "met" if late < TARGET else "MISSED"
    print(
        f"{len(room)} students on one class link, {len(times)} clicks; {processor()}, "
        "2 cores at most"
    )
    print(f"{sum(student.ticks for student in room)} timer updates in between")
    print(f"click: median {middle:.3f} s, p95 {late:.3f} s, longest {times[-1]:.3f} s")
    for name in sorted({name for student in room for name in student.by}):
        some = sorted(value for student in room for value in student.by.get(name, ()))
        print(f"  {name.rstrip('-')}: {len(some)} clicks, median {statistics.median(some):.3f} s, "
              f"longest {some[-1]:.3f} s")  # fmt: skip
    print(f"target: p95 below {TARGET:g} s: {verdict}")
    print(f"opening the link: median {statistics.median(first):.2f} s, longest {max(first):.2f} s")


if __name__ == "__main__":
    main()
