"""The embedded Postgres over its whole life: first start, sharing, crashes, strangers, folders that will not do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import make_url, text

from zoho_console.errors import ZohoDatabaseError
from zoho_console.store.database import Database
from zoho_console.store.embedded import EmbeddedPostgres
from zoho_console.store.postgres_files import (
    IS_ROOT,
    Place,
    _copied_programs,
    _open_folder,
    _programs,
    make_folders,
    place_for,
    private_folder,
)
from zoho_console.store.postgres_server import Server

AS_POSTGRES = {"user": 65534, "group": 65534, "extra_groups": []} if IS_ROOT else {}


@pytest.fixture
def home(open_folder: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(dir=open_folder))
    folder.chmod(0o711)
    yield folder / "home"
    Server(place_for(folder / "home")).stop()


def ask(url: str, statement: str = "select 1") -> object:
    database = Database(url)
    try:
        with database.begin() as connection:
            answer = connection.execute(text(statement))
            return answer.scalar() if answer.returns_rows else None
    finally:
        database.close()


def made(home: Path) -> Place:
    place = place_for(home)
    make_folders(place)
    return place


def pid_file(home: Path) -> Path:
    return home / "postgres" / "data" / "postmaster.pid"


def postmaster(home: Path) -> psutil.Process:
    return psutil.Process(int(pid_file(home).read_text().split()[0]))


def test_a_first_start_makes_a_private_cluster_in_the_character_set_we_need(home: Path) -> None:
    postgres = EmbeddedPostgres(home)
    url = postgres.start()

    assert ask(url, "show server_encoding") == "UTF8"
    assert ask(url, "show data_checksums") == "on"
    assert ask(url, "show listen_addresses") == ""
    assert ask(url, "select datlocale from pg_database where datname = 'postgres'") == "C.UTF-8"
    assert (home / "postgres" / "password").stat().st_mode & 0o777 == 0o600
    assert (home / "postgres" / "data").stat().st_mode & 0o777 == 0o700
    postgres.stop()
    assert not pid_file(home).exists()


def test_a_wrong_password_is_refused(home: Path) -> None:
    postgres = EmbeddedPostgres(home)
    url = postgres.start()

    with pytest.raises(ZohoDatabaseError) as caught:
        ask(make_url(url).set(password="guess").render_as_string(hide_password=False))
    assert "password authentication failed" in caught.value.details["driver"]
    postgres.stop()


def test_the_last_of_two_users_stops_the_server(home: Path) -> None:
    first, second = EmbeddedPostgres(home), EmbeddedPostgres(home)
    url = first.start()
    assert second.start() == url
    server = postmaster(home)

    first.stop()
    first.stop()
    assert ask(url) == 1
    second.stop()
    assert not server.is_running() or server.status() == psutil.STATUS_ZOMBIE


def test_users_in_two_processes_share_one_server(home: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from zoho_console.store.embedded import EmbeddedPostgres;"
        "one = EmbeddedPostgres(Path(sys.argv[1])); print(one.start(), flush=True); input(); one.stop()"
    )
    command = [sys.executable, "-c", code, str(home)]
    others = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    urls = {other.stdout.readline().strip() for other in others if other.stdout}

    assert len(urls) == 1
    others[0].communicate("\n")
    assert ask(urls.pop()) == 1
    others[1].communicate("\n")
    assert not pid_file(home).exists()


def test_threads_that_start_at_once_get_one_server(home: Path) -> None:
    users = [EmbeddedPostgres(home) for _ in range(3)]
    urls: list[str] = []
    threads = [threading.Thread(target=lambda one=user: urls.append(one.start())) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(urls) == 3 and len(set(urls)) == 1
    for user in users:
        user.stop()
    assert not pid_file(home).exists()


def test_the_server_of_a_killed_console_is_adopted_and_then_stopped(home: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from zoho_console.store.embedded import EmbeddedPostgres;"
        "EmbeddedPostgres(Path(sys.argv[1])).start(); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(home)], check=False).returncode == -signal.SIGKILL
    left = postmaster(home).pid

    postgres = EmbeddedPostgres(home)
    postgres.start()
    assert postmaster(home).pid == left
    postgres.stop()
    assert not pid_file(home).exists()


def test_what_was_committed_is_there_after_the_server_was_killed(home: Path) -> None:
    crashed = EmbeddedPostgres(home)
    url = crashed.start()
    ask(url, "create table kept (number integer)")
    ask(url, "insert into kept select generate_series(1, 1000)")
    os.kill(postmaster(home).pid, signal.SIGKILL)

    postgres = EmbeddedPostgres(home)
    assert ask(postgres.start(), "select count(*) from kept") == 1000
    crashed.stop()
    assert ask(url, "select count(*) from kept") == 1000
    postgres.stop()


def test_stopping_a_server_that_has_crashed_is_no_error(home: Path) -> None:
    postgres = EmbeddedPostgres(home)
    postgres.start()
    server = postmaster(home)
    os.kill(server.pid, signal.SIGKILL)
    psutil.wait_procs([server], timeout=5)

    postgres.stop()


def test_a_pid_file_that_names_a_stranger_is_removed(home: Path) -> None:
    postgres = EmbeddedPostgres(home)
    url = postgres.start()
    lines = pid_file(home).read_text().split("\n")
    postgres.stop()
    stranger = subprocess.Popen(["sleep", "60"], **AS_POSTGRES)
    pid_file(home).write_text("\n".join([str(stranger.pid), *lines[1:]]))

    assert postgres.start() == url
    assert ask(url) == 1
    postgres.stop()
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_pid_file_that_names_a_stranger_stays_while_a_server_works_in_the_folder(home: Path) -> None:
    postgres = EmbeddedPostgres(home)
    postgres.start()
    text_of_file = pid_file(home).read_text()
    stranger = subprocess.Popen(["sleep", "60"], **AS_POSTGRES)
    pid_file(home).write_text(text_of_file.replace(str(postmaster(home).pid), str(stranger.pid), 1))

    Server(place_for(home))._clear_stale_pid_file()
    assert pid_file(home).exists()
    pid_file(home).write_text(text_of_file)
    postgres.stop()
    stranger.kill()
    stranger.wait()


def test_a_pid_file_that_names_nobody_does_not_stand_in_the_way(home: Path) -> None:
    postgres = EmbeddedPostgres(home)
    url = postgres.start()
    lines = pid_file(home).read_text().split("\n")
    postgres.stop()
    ended = subprocess.Popen(["true"])
    ended.wait()
    pid_file(home).write_text("\n".join([str(ended.pid), *lines[1:]]))

    assert postgres.start() == url
    postgres.stop()


def test_a_cluster_that_was_half_made_is_made_again(home: Path) -> None:
    place = made(home)
    (place.root / "data.new-0123").mkdir()
    place.password_file.write_text("from the attempt that failed")
    postgres = EmbeddedPostgres(home)

    assert ask(postgres.start()) == 1
    assert not list(place.root.glob("data.new-*"))
    postgres.stop()


def test_a_local_port_serves_where_there_are_no_sockets(home: Path) -> None:
    first, second = EmbeddedPostgres(home, by_socket=False), EmbeddedPostgres(home, by_socket=False)
    url = first.start()

    assert make_url(url).host == "127.0.0.1"
    assert second.start() == url
    assert ask(url, "show unix_socket_directories") == ""
    first.stop()
    second.stop()


@pytest.mark.parametrize("name", ['it\'s a “home”, $HOME "quoted"', "long" * 25])
def test_any_name_of_a_folder_will_do(open_folder: Path, name: str) -> None:
    postgres = EmbeddedPostgres(open_folder / name)
    url = postgres.start()

    assert ask(url) == 1
    socket_folder = Path(str(ask(url, "show unix_socket_directories")).strip('"'))
    postgres.stop()
    assert not socket_folder.exists()


def test_the_environment_of_the_person_does_not_reach_the_server(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/nowhere")
    monkeypatch.setenv("PGDATA", "/nowhere")
    postgres = EmbeddedPostgres(home)

    postgres.start()
    environment = postmaster(home).environ()
    assert environment["PGDATA"] == str(home / "postgres" / "data")
    assert "LD_LIBRARY_PATH" not in environment
    postgres.stop()


def test_a_server_that_does_not_start_says_where_its_log_is(home: Path) -> None:
    server = Server(made(home), retry_limit_s=0.5)
    server.create()
    (home / "postgres" / "data" / "postgresql.conf").write_text("nonsense")

    with pytest.raises(ZohoDatabaseError, match="does not start") as caught:
        server.run()
    assert "postgres.log" in caught.value.advice
    assert "could not start server" in caught.value.details["output"]


def test_a_home_that_cannot_be_a_folder_is_an_error_with_its_name(open_folder: Path) -> None:
    blocked = open_folder / "a-file"
    blocked.write_text("")

    with pytest.raises(ZohoDatabaseError, match="could not be started") as caught:
        EmbeddedPostgres(blocked).start()
    assert str(blocked) in caught.value.advice


def test_a_folder_that_others_can_enter_is_refused(open_folder: Path) -> None:
    (open_folder / "wide").mkdir(mode=0o755)
    (open_folder / "link").symlink_to(open_folder / "wide")

    for name in ("wide", "link"):
        with pytest.raises(ZohoDatabaseError, match="open to others"):
            private_folder(open_folder / name, None)


def test_a_closed_home_stays_closed_and_its_database_works(open_folder: Path) -> None:
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    place = place_for(closed / "home", root_folder=open_folder / "open")

    assert place.root.parent == (open_folder / "open" if IS_ROOT else closed / "home")
    make_folders(place)
    Server(place).create()
    assert ask(Server(place).run().render_as_string(hide_password=False)) == 1
    Server(place).stop()
    assert closed.stat().st_mode & 0o777 == 0o700
    assert closed.parent.stat().st_mode & 0o777 == 0o711


def test_an_open_folder_that_cannot_be_reached_is_said_so(open_folder: Path) -> None:
    closed = open_folder / "closed-too"
    closed.mkdir(mode=0o700)

    with pytest.raises(ZohoDatabaseError, match="as root") as caught:
        _open_folder(closed / "open")
    assert "ZOHO_CONSOLE_HOME" in caught.value.advice
    assert closed.stat().st_mode & 0o777 == 0o700


def test_programs_that_the_other_user_cannot_reach_are_copied_once(open_folder: Path) -> None:
    target = open_folder / "programs"
    target.mkdir()
    copied = _copied_programs(_programs(), target)

    assert _copied_programs(_programs(), target) == copied
    said = subprocess.run([copied / "postgres", "--version"], capture_output=True, text=True, check=True, **AS_POSTGRES)
    assert "PostgreSQL" in said.stdout


def test_the_password_file_belongs_to_the_console(home: Path) -> None:
    place = made(home)
    Server(place).create()

    assert place.password_file.stat().st_uid == os.geteuid()
