"""The command line as a person uses it: real processes, a real redirect, the simulator in a process of its own."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from zoho_console.app.hands import free_port
from zoho_console.cli.exits import Exit

ROOT = Path(__file__).resolve().parents[2]
REAL_DATA = ROOT.parent / "shared" / "data" / "sp500-constituents.csv"
CLIENT = "--data-centre", "custom", "--client-id"
INVENTED = "Symbol,Security,GICS Sector,Date added\n" + "".join(
    f"S{number},Company {number} & Co,{('Tech', 'Health Care', 'Energy')[number % 3]},19{number % 90 + 10}-01-01\n"
    for number in range(120)
)


@dataclass
class Console:
    """Runs `zoho-console` with a data folder of its own against one simulator."""

    home: Path
    url: str
    client_id: str
    secret: str
    key: str = os.environ["ZOHO_CONSOLE_KEY"]

    def run(self, *arguments: str, code: int = 0) -> str:
        ended = subprocess.run(
            [sys.executable, "-m", "zoho_console", *arguments], capture_output=True, text=True, check=False,
            env=self.environment, cwd=ROOT, stdin=subprocess.DEVNULL, timeout=120,
        )  # fmt: skip
        assert ended.returncode == code, ended.stdout + ended.stderr
        return ended.stdout if code == 0 or "--json" in arguments else ended.stdout + ended.stderr

    def value(self, *arguments: str, code: int = 0) -> Any:
        return json.loads(self.run(*arguments, "--json", code=code))

    @property
    def environment(self) -> dict[str, str]:
        names = {
            "ZOHO_CONSOLE_HOME": str(self.home),
            "ZOHO_SDK_CLIENT_SECRET": self.secret,
            "ZOHO_CONSOLE_KEY": self.key,
        }
        foreign = ("DATABASE_URL", "DBUS_SESSION_BUS_ADDRESS")
        kept = {key: value for key, value in os.environ.items() if key not in foreign}
        return {**kept, **names}

    def connect(self, name: str = "Acme") -> None:
        command = [sys.executable, "-m", "zoho_console", "connect", name, *CLIENT, self.client_id, "--no-browser"]
        command += ["--accounts-url", self.url, "--api-url", self.url, "--port", str(free_port())]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=self.environment, cwd=ROOT) as process:
            assert process.stdout is not None
            address = next(line for line in process.stdout if line.startswith("http"))
            urllib.request.urlopen(address.strip(), timeout=10).close()
            process.stdout.read()
            assert process.wait(30) == 0

    def effects(self) -> dict[str, int]:
        with urllib.request.urlopen(f"{self.url}/_simulator/effects", timeout=10) as answer:
            return json.load(answer)  # type: ignore[no-any-return]

    def all_accounts(self) -> dict[str, dict[str, Any]]:
        fields = "Account_Name,Health_Score,Last_Reviewed,GICS_Sector"
        return {one["id"]: one for one in self.value("accounts", "--fields", fields, "--limit", "1000")}


@pytest.fixture
def console(tmp_path: Path, open_folder: Path) -> Iterator[Console]:
    source = tmp_path / "companies.csv"
    source.write_text(REAL_DATA.read_text("utf-8") if REAL_DATA.exists() else INVENTED, "utf-8")
    home = open_folder / f"cli-{time.monotonic_ns()}"
    home.mkdir(mode=0o711)
    command = [sys.executable, "-m", "zoho_console", "simulator", "--auto-consent", "--load", str(source)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as simulator:
        assert simulator.stdout is not None
        words = "".join(simulator.stdout.readline() for _ in range(3))
        found = re.search(r"(http://\S+).*client id\s+(\S+).*client secret\s+(\S+)", words, re.DOTALL)
        assert found is not None, words
        yield Console(home, found[1], found[2], found[3])
        simulator.terminate()


def corrections(console: Console, path: Path) -> int:
    """A right correction for every account but ten, which are wrong in ten ways; how many are right comes out."""
    accounts = list(console.all_accounts().values())
    rows = [[one["Account_Name"], "IT & Software", "2026-11-20", 40 + place % 60] for place, one in enumerate(accounts)]
    wrong = [
        (0, "Nobody Corp"), (0, ""), (3, "high"), (3, "12.5"), (2, "20/11/2026"), (2, "2026-02-30"), (1, "y" * 300),
        (3, "1234567890"), (0, "Nobody Ltd"), (2, "soon"),
    ]  # fmt: skip
    for place, (column, text) in enumerate(wrong):
        rows[5 + place * 10][column] = text
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("Company", "Sector", "Reviewed on", "Score"), *rows])
    return len(rows) - len(wrong)


def test_the_main_job_from_sign_in_to_undo(console: Console, tmp_path: Path) -> None:
    console.connect()
    assert console.value("connections")[0]["organisation"] == "Acme Ltd"
    before = console.all_accounts()
    path, report = tmp_path / "corrections.csv", tmp_path / "report.csv"
    good = corrections(console, path)
    columns = [
        "--key", "Account_Name", "--map", "Company=Account_Name", "--map", "Sector=GICS_Sector",
        "--map", "Reviewed on=Last_Reviewed", "--map", "Score=Health_Score",
    ]  # fmt: skip

    rehearsed = console.value("update", str(path), *columns, "--dry-run", code=1)
    assert rehearsed["counts"] == {"planned": good, "invalid": 10}
    assert console.effects() == {}

    done = console.value("update", str(path), *columns, "--yes", "--report", str(report), code=1)
    assert (done["state"], done["counts"]) == ("finished", {"updated": good, "invalid": 10})
    assert len(console.effects()) == good
    assert set(console.effects().values()) == {1}
    with report.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == len(before)
    assert sum(line["State"] == "updated" for line in lines) == good
    assert all(line["Reason"] and line["What to do"] for line in lines if line["State"] != "updated")

    undone = console.value("jobs", "undo", str(done["id"]), "--yes")
    assert undone["counts"] == {"updated": good}
    assert console.all_accounts() == before
    jobs = console.value("jobs")
    assert [job["id"] for job in jobs] == sorted((job["id"] for job in jobs), reverse=True)
    assert console.value("jobs", "show", str(done["id"]))["counts"]["updated"] == good
    again = tmp_path / "again.csv"
    console.run("jobs", "report", str(done["id"]), str(again))
    assert again.read_bytes() == report.read_bytes()
    console.run("jobs", "report", str(done["id"]), str(again), "--exact")
    with again.open(encoding="utf-8", newline="") as file:
        assert [line["State"] for line in csv.DictReader(file)] == [line["State"] for line in lines]
    assert console.value("jobs", "report", str(done["id"]), str(again), "--to-correct")["rows"] == len(lines) - good


def test_a_sheet_is_named_and_failed_rows_are_retried(console: Console, tmp_path: Path) -> None:
    console.connect()
    workbook = Workbook()
    workbook.active.append(["nothing", "here"])
    sheet = workbook.create_sheet("March")
    for row in (["id", "Health Score"], ["777000000000410001", 5], [], ["777000000000419999", 6]):
        sheet.append(row)
    workbook.save(tmp_path / "book.xlsx")
    said = console.run("update", str(tmp_path / "book.xlsx"), "--sheet", "March", "--yes", code=1)
    assert "Sheet “March” is read, of Sheet, March." in said
    job = console.value("jobs")[0]
    assert job["counts"] == {"updated": 1, "invalid": 1}
    again = console.value("jobs", "retry", str(job["id"]), "--yes", code=Exit.NOTHING_CHANGED)
    assert (again["retries"], again["counts"]) == (job["id"], {"invalid": 1})
    assert f"a retry of run {job['id']}" in console.run("jobs", "show", str(again["id"]))


def test_a_run_is_resumed_and_a_part_of_it_undone(console: Console, tmp_path: Path) -> None:
    console.connect()
    path = tmp_path / "two.csv"
    path.write_text("id,Health Score\n777000000000410001,5\n777000000000410002,6\n", "utf-8")
    console.run("update", str(path), code=2)  # compared, and nobody agreed
    job = str(console.value("jobs")[0]["id"])

    assert console.value("jobs", "resume", job, "--yes")["counts"] == {"updated": 2}
    assert "nothing to go on with" in console.run("jobs", "resume", job, "--yes", code=2)
    undone = console.value("jobs", "undo", job, "--row", "3", "--field", "Health_Score", "--yes")
    assert undone["counts"] == {"updated": 1}
    assert console.effects() == {"777000000000410001": 1, "777000000000410002": 2}
    assert "does not set" in console.run("jobs", "undo", job, "--field", "Industry", "--yes", code=2)


def test_a_guard_is_raised_at_once_and_lowered_by_typing_the_name(console: Console, tmp_path: Path) -> None:
    console.connect()
    path = tmp_path / "two.csv"
    path.write_text("id,Health Score\n777000000000410001,5\n777000000000410002,6\n", "utf-8")
    assert console.value("guard")["level"] == "open"
    assert console.value("guard", "staged") == {
        "connection": "Acme", "level": "staged", "until": None, "rests_at": "staged",
    }  # fmt: skip
    job = str(console.value("update", str(path), "--yes", code=2)["details"]["job"])
    console.run("guard", "watch")
    refused = console.run("jobs", "resume", job, "--yes", code=2)
    assert "Acme is watch only. The console reads, and sends no change." in refused
    assert "so nothing is sent to it" in refused
    assert "so nothing is sent to it" in console.run("jobs", "resume", job, code=2)  # and nobody is asked for a yes
    assert console.effects() == {}

    organisation = console.value("connections")[0]["organisation"]
    assert organisation in console.run("guard", "open", code=2)
    lowered = console.value("guard", "staged", "--organisation", organisation, "--minutes", "5")
    assert (lowered["level"], lowered["rests_at"]) == ("staged", "watch only")
    assert console.value("jobs", "resume", job, "--yes")["counts"] == {"updated": 2}
    assert console.value("guard", "open", "--organisation", organisation, "--for-good")["rests_at"] == "open"


def test_an_export_that_comes_back_leaves_alone_what_others_changed(console: Console, tmp_path: Path) -> None:
    console.connect()
    path, colleague = tmp_path / "out.csv", tmp_path / "colleague.csv"
    console.run(
        "accounts", "--fields", "id,Account_Name,Health_Score", "--limit", "3", "--csv", str(path), "--stamp", "--exact"
    )
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    assert (header[-1], header.count("id")) == ("Zoho Console stamp", 1)
    ids, score = [row[header.index("id")] for row in rows], header.index("Health_Score")
    colleague.write_text(f"id,Health Score\n{ids[1]},901\n{ids[2]},902\n", "utf-8")
    assert console.value("update", str(colleague), "--yes")["counts"] == {"updated": 2}

    rows[0][score], rows[2][score] = "11", "13"  # the second row comes back as it was
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    counts = console.value("update", str(path), "--yes", code=1)["counts"]
    assert counts == {"updated": 1, "unchanged": 1, "conflict": 1}
    done = console.value("update", str(path), "--drift", "Health_Score=mine", "--yes")
    assert done["counts"] == {"updated": 1, "unchanged": 2}
    found = {one["id"]: one["Health_Score"] for one in console.all_accounts().values()}
    assert [found[one] for one in ids] == [11, 901, 13]
    assert "no policy" in console.run("update", str(path), "--drift", "ours", "--yes", code=2)


def test_the_support_file_helps_and_holds_no_secret(console: Console, tmp_path: Path) -> None:
    console.connect()
    console.run("accounts", "--limit", "1")
    told = console.value("support", str(tmp_path / "help.zip"))
    with zipfile.ZipFile(tmp_path / "help.zip") as file:
        texts = {name: file.read(name).decode() for name in file.namelist()}
    assert list(texts) == told["holds"]
    assert "Postgres 18" in texts["versions.txt"]
    assert json.loads(texts["connections.json"])[0]["name"] == "Acme"
    assert "GET /crm/v8" in texts["logs/console.log"]
    assert not any(secret in text for text in texts.values() for secret in (console.secret, console.key))
    assert "Choose another place" in console.run("support", str(tmp_path / "no" / "help.zip"), code=2)


def test_reading_commands_print_records_as_zoho_spells_them(console: Console, tmp_path: Path) -> None:
    console.connect()
    query = "select Account_Name from Accounts where id is not null order by Account_Name"
    assert len(console.value("coql", query, "--limit", "3")) == 3
    assert set(console.value("accounts", "--fields", "Account_Name", "--limit", "2")[0]) == {"id", "Account_Name"}
    path = tmp_path / "out.csv"
    console.run("coql", query, "--csv", str(path))
    assert len(path.read_text("utf-8-sig").splitlines()) == len(console.all_accounts()) + 1
    health = console.value("health")
    (acme,) = health["connections"]
    assert acme["state"] == "works"
    assert acme["sign_ins"] == {"known": 1, "most": 20}
    assert acme["last_24_hours"][-1]["credits_used"] > 0
    assert [one["lacks"] for one in acme["features"]] == [[]] * 6
    assert [health[light]["state"] for light in ("password_store", "database", "clock")] == ["None", "Works", "Right"]


def test_signing_in_without_a_browser_on_this_computer(console: Console) -> None:
    command = [sys.executable, "-m", "zoho_console", "connect", "Far", *CLIENT, console.client_id, "--paste"]
    command += ["--accounts-url", console.url, "--api-url", console.url]
    for answer, code in (("http://localhost:8000/oauth/callback?state=x&code=1000.forged", 2), ("", 0)):
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=console.environment, cwd=ROOT
        ) as process:
            assert process.stdout is not None
            address = next(line for line in process.stdout if line.startswith("http")).strip()
            process.communicate(f"{answer or ended_on(address)}\n", timeout=60)
            assert process.returncode == code
    assert console.value("health")["connections"][0]["state"] == "works"
    assert "not a code" in console.run("connect", "Self", *CLIENT, console.client_id, "--self-client",
                                       "--accounts-url", console.url, "--api-url", console.url, code=2)  # fmt: skip
    assert [one["name"] for one in console.value("connections")] == ["Far"]


def ended_on(address: str) -> str:
    """The address that a browser elsewhere ends on once the person accepts."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.build_opener(Stay).open(address, timeout=10)
    caught.value.close()
    return str(caught.value.headers["Location"])


def test_bad_usage_is_a_sentence_and_exit_code_two(console: Console, tmp_path: Path) -> None:
    assert "no connection yet" in console.run("accounts", code=2)
    console.connect()
    for content, words in (
        ("", "empty"), ("Company\n", "no rows"), ('Company,Score\nx,"1\n', "line 2"),
        ("Company,Score\nx,1,2\n", "Line 2"),
        ("Foo,Bar\n1,2\n", "No column finds"), ("Company,Company\n1,2\n", "Two columns"),
    ):  # fmt: skip
        path = tmp_path / "bad.csv"
        path.write_text(content, "utf-8")
        assert words in console.run("update", str(path), "--yes", code=2)
    path.write_text("id,Created Time,Health Score\n777000000000410001,2026-01-01T00:00:00+01:00,5\n", "utf-8")
    read_only = console.run(
        "update", str(path), "--map", "Created Time=Created_Time", "--map", "id=id", "--yes", code=2
    )
    assert "cannot be changed" in read_only
    assert "name of a module" in console.run("coql", "select id from", code=2)
    assert "no field" in console.run("accounts", "--fields", "Nonsense", code=2)
    assert "There is no job 99" in console.run("jobs", "show", "99", code=2)
    path.write_text("id,Health Score\n777000000000410001,5\n", "utf-8")
    assert "--yes" in console.run("update", str(path), code=2)
    assert console.effects() == {}


def test_exit_codes_tell_sign_in_and_reach_apart(console: Console) -> None:
    assert console.run("health", code=3)
    console.connect()
    dead = {**console.environment, "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}
    command = [sys.executable, "-m", "zoho_console", "jobs"]
    ended = subprocess.run(command, env=dead, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 4
    assert "cannot reach its database" in ended.stderr


def test_secrets_are_nowhere_on_disk(console: Console) -> None:
    console.connect()
    for path in console.home.rglob("*"):
        if path.is_file() and "data" not in path.relative_to(console.home).parts:
            assert console.secret.encode() not in path.read_bytes(), path
    log = (console.home / "logs" / "console.log").read_text()
    assert "1000." not in log.replace("1000.SIM", "")


def test_a_second_desktop_waits_for_approval_and_loses_it_when_removed(console: Console) -> None:
    console.connect()
    colleague = replace(console, key=console.value("desktops", "key")["ZOHO_CONSOLE_KEY"])

    refused = colleague.value("accounts", code=3)
    code = refused["details"]["code"]
    assert [one["is_approved"] for one in colleague.value("desktops")] == [True, False]
    assert colleague.value("desktops", "approve", code, code=3)["details"] == {"code": code}
    assert "may read" in console.run("desktops", "approve", code)
    assert colleague.value("accounts", "--limit", "1")

    leaver = next(one["id"] for one in console.value("desktops") if not one["is_this"])
    assert "--yes" in console.value("desktops", "remove", str(leaver), code=2)["advice"]
    assert console.value("desktops", "remove", str(leaver), "--yes") == {"sign_ins_to_renew": 1}
    assert colleague.value("accounts", code=3)["details"]["code"] == code
    assert console.value("accounts", "--limit", "1")
    assert "signed in again" in console.run("desktops", "begin-anew", code=2)
    console.run("desktops", "begin-anew", "--yes")
    console.value("accounts", code=3)
