"""The search, as a part of every run of the tests; `--canaries FILE` makes it thorough.

Always: what each test logs, as our formatter writes it, and the files that the tests leave. With the option: every
logger at DEBUG, what the database writes (data and write-ahead log) before each test's database is dropped, everything
that children write to pipes, command lines of consoles and of what they start, and the environment of the database's
programs; the figures go to FILE.
"""

from __future__ import annotations

import json
import logging
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.canaries.family import GIVEN, Search
from zoho_console.logs import RedactingFormatter

SERVER_PROGRAMS = ("postgres", "initdb", "pg_ctl")
_SAMPLE_S = 0.25
_search = pytest.StashKey[Search]()


class Listener(logging.Handler):
    """Looks at every record as it would stand in the log file."""

    def __init__(self, search: Search) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(RedactingFormatter("%(levelname)s %(name)s %(message)s"))
        self._search = search

    def emit(self, record: logging.LogRecord) -> None:
        """Look at one."""
        self._search.data("log", f"{record.name}:{record.lineno}", self.format(record))


class Processes(threading.Thread):
    """Looks a few times a second at consoles' command lines, and at the environment of what they start.

    Workers of the tests are told the database's address on theirs, by the tests; they are no part of the program.
    """

    def __init__(self, search: Search) -> None:
        super().__init__(name="canaries", daemon=True)
        self._search, self._done = search, threading.Event()

    def run(self) -> None:
        """Until told to end."""
        while not self._done.wait(_SAMPLE_S):
            self.look()

    def look(self) -> None:
        """Once."""
        for child in psutil.Process().children(recursive=True):
            with suppress(psutil.Error, OSError):
                name, words = child.name(), child.cmdline()
                if not name.startswith("python") or "zoho_console" in words:
                    self._search.data("command line", name, "\n".join(words))
                if name.startswith(SERVER_PROGRAMS):
                    self._search.data("environment", name, "\n".join(child.environ().values()))

    def end(self) -> None:
        """Look no more."""
        self._done.set()
        self.join()


def overhearing(search: Search) -> type[subprocess.Popen[Any]]:
    """A Popen that looks at what children wrote into pipes."""

    class Overheard(subprocess.Popen[Any]):
        def communicate(self, input: Any = None, timeout: float | None = None) -> tuple[Any, Any]:
            said = super().communicate(input, timeout)
            for channel, text in zip(("stdout", "stderr"), said, strict=True):
                if text:
                    search.data(f"{channel} of children", str(self.args)[:200], text)
            return said

    return Overheard


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--canaries", metavar="FILE", type=Path, default=None, help="search everything; figures to FILE")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_search] = Search()


@pytest.fixture(scope="session")
def canary_search(request: pytest.FixtureRequest) -> Search:
    """The search of this run."""
    return request.config.stash[_search]


@pytest.fixture(scope="session", autouse=True)
def canaries_everywhere(request: pytest.FixtureRequest, canary_search: Search) -> Iterator[None]:
    """With the option: pipes and processes of children."""
    if request.config.option.canaries is None:
        yield
        return
    processes = Processes(canary_search)
    processes.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "Popen", overhearing(canary_search))
        yield
    processes.end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    listener, root = Listener(item.config.stash[_search]), logging.getLogger()
    root.addHandler(listener)
    level = root.level
    if item.config.option.canaries is not None:
        root.setLevel(logging.DEBUG)
        for chatty in ("httpx", "httpcore", "aiohttp.access", "alembic", "qasync"):
            logging.getLogger(chatty).setLevel(logging.DEBUG)
    try:
        return (yield)
    finally:
        root.removeHandler(listener)
        root.setLevel(level)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: Any = yield
    item.config.stash[_search].data("captured output", report.nodeid, report.capstdout + report.capstderr)
    return report


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    search, figures = session.config.stash[_search], session.config.option.canaries
    factory = getattr(session.config, "_tmp_path_factory", None)
    if factory is not None and factory._basetemp is not None:
        search.folder("left by tests", factory._basetemp, except_for=GIVEN)
    if figures is not None:
        figures.write_text(json.dumps({"leaks": search.leaks, "bytes": search.looked_at}, indent=1))
    if search.leaks:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    if hasattr(session.config, "workeroutput"):  # one of several processes that share the tests
        session.config.workeroutput["leaks"] = dict(search.leaks)
    return (yield)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """One of the processes that shared the tests has ended, and told what it found."""
    node.config.stash[_search].leaks.update(getattr(node, "workeroutput", {}).get("leaks", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    leaks = config.stash[_search].leaks
    if leaks:
        terminalreporter.section("secrets in clear", red=True)
        for where, count in sorted(leaks.items()):
            terminalreporter.line(f"{count:6} {where}")
