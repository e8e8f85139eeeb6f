"""The tour's file of corrections: as many right rows as asked, and ten that are wrong in ten ways."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

from zoho_console.simulator.world import World

TITLES = ("Account Name", "Industry", "Health score", "Last reviewed", "Account status")
REVIEWED = "2026-11-20"
WRONG = 10


def write_corrections(world: World, path: Path, good: int) -> dict[str, dict[str, Any]]:
    """Write the file; for each account that must change, by id, the values it must then hold."""
    records = list(world.records("Accounts").values())
    named = Counter(str(one["Account_Name"]).strip() for one in records)
    usable = [one for one in records if named[str(one["Account_Name"]).strip()] == 1][:good]
    expected: dict[str, dict[str, Any]] = {}
    rows: list[tuple[str, ...]] = []
    for one in usable:
        score = 65 if one["Health_Score"] != 65 else 66
        industry = "Retail" if one["Industry"] in ("Small/Medium Enterprise", None) else str(one["Industry"])
        rows.append((one["Account_Name"], industry, str(score), REVIEWED, "Active"))
        expected[one["id"]] = {
            "Industry": industry, "Health_Score": score, "Last_Reviewed": REVIEWED, "Account_Status": "Active",
        }  # fmt: skip
    spare = [str(one["Account_Name"]) for one in records[good + 100 :] if named[str(one["Account_Name"]).strip()] == 1]
    twin = next(name for name, count in named.items() if count > 1)
    wrong = [
        ("No Such Company", "Retail", "50", REVIEWED, "Active"),
        (twin, "Retail", "50", REVIEWED, "Active"),
        ("", "Retail", "50", REVIEWED, "Active"),
        (spare[0], "Retial", "50", REVIEWED, "Active"),
        (spare[1], "Retail", "high", REVIEWED, "Active"),
        (spare[2], "Retail", "12.5", REVIEWED, "Active"),
        (spare[3], "Retail", "50", "20/11/2026", "Active"),
        (spare[4], "Retail", "50", "2026-02-30", "Active"),
        (spare[5], "Retail", "1234567890", REVIEWED, "Active"),
        (spare[6], "Retail", "50", REVIEWED, "active"),
    ]
    for place, row in enumerate(wrong):
        rows.insert(20 + place * 40, row)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([TITLES, *rows])
    return expected
