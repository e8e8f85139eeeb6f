"""Demo accounts from a seed: plausible companies of many countries, and values that are nasty but valid."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from zoho_console.simulator.schema import INDUSTRIES, STATUSES, TYPES
from zoho_console.simulator.world import ZONE, Record, World

_FIRST = (
    "Nordbank", "Okafor", "Meridian", "Sakura", "Harbour", "Lindqvist", "Tallinn", "Prairie", "Zürcher", "Crédit",
    "Banca", "Caixa", "Helvetia", "Atlas", "Borealis", "Cobalt", "Delta", "Ember", "Fjord", "Granite", "Hudson",
    "Ibis", "Juniper", "Kestrel", "Lagoon", "Mistral", "Nimbus", "Orchard", "Pinnacle", "Quartz", "Riverbend",
    "Summit", "Tundra", "Umbra", "Vantage", "Willow", "Xenon", "Yarrow", "Zephyr", "Aurora",
)  # fmt: skip
_SECOND = (
    "Foods", "Logistics", "Systems", "Savings", "Mutual", "Kapital", "Software", "Partners", "Energy", "Textiles",
    "Instruments", "Pharma", "Shipping", "Media", "Robotics", "Capital", "Holdings", "Motors", "Optics", "Paper",
    "Trust", "Works", "Dynamics", "Labs", "Steel",
)  # fmt: skip
_PLACES = (
    ("Germany", "Berlin", "GmbH", "+49 30 ", "de"), ("France", "Lyon", "S.A.", "+33 4 ", "fr"),
    ("Sweden", "Malmö", "AB", "+46 40 ", "se"), ("Nigeria", "Lagos", "Ltd", "+234 1 ", "ng"),
    ("Japan", "Osaka", "K.K.", "+81 6 ", "jp"), ("Italy", "Turin", "S.p.A.", "+39 011 ", "it"),
    ("United States", "Denver", "Inc.", "+1 303 ", "com"), ("Brazil", "Recife", "Ltda", "+55 81 ", "br"),
    ("Estonia", "Tallinn", "OÜ", "+372 6 ", "ee"), ("India", "Pune", "Pvt Ltd", "+91 20 ", "in"),
)  # fmt: skip
# Each of these is a name somebody really could have; each has broken somebody's tool.
_NASTY = (
    '=HYPERLINK("http://x")', "بنك الخليج", "株式会社さくら", "O'Brien & Sons", 'Smith, Jones "and" Daughters',
    "<img src=x onerror=alert(1)>", "<b>Bold</b> Foods", "Right\u202eleft Holdings", "-2+3", "+49 Service",
    "NULL", "12345", "2026-03-04", "Ünïcödé Straße", "Emoji 🚀 Rockets", "Semi;colon GmbH", "Tab\tbed Ltd", "x" * 200,
    "'Quoted'", "100% Natural", "under_score", "Back\\slash", "Zoë’s Café", "@handle Media", "true",
)  # fmt: skip
_TODAY = datetime(2026, 11, 20, 9, 0, tzinfo=ZONE)


def fill(world: World, accounts: int, seed: int) -> None:
    """Put `accounts` demo accounts into an empty world: the same for the same seed."""
    draw = random.Random(seed)
    taken: set[str] = set()
    for number in range(accounts):
        world.add("Accounts", _account(draw, number, accounts, taken), owner=draw.randrange(3))
    ids = list(world.records())
    for number, record_id in enumerate(ids):
        if number % 40 == 7:
            parent = world.records()[ids[number - 5]]
            world.records()[record_id]["Parent_Account"] = {"name": parent["Account_Name"], "id": parent["id"]}
    for number in range(min(20, accounts)):
        account = world.records()[ids[number]]
        name = f"Contact {number + 1}"
        world.add(
            "Contacts", {"Last_Name": name, "Account_Name": {"name": account["Account_Name"], "id": account["id"]}}
        )


def _account(draw: random.Random, number: int, accounts: int, taken: set[str]) -> Record:
    country, city, form, phone, domain = draw.choice(_PLACES)
    name = _name(draw, form, taken)
    step = max(1, accounts // (2 * len(_NASTY)))
    if number % step == step // 2 and number // step < len(_NASTY):
        name = _NASTY[number // step]
    # Two pairs of accounts share a name: a match by name must not guess between them.
    if accounts >= 100 and number in (60, 61, 90, 91):
        name = "Twin Peaks Lumber" if number < 80 else "Meridian Trust Company"
    created = _TODAY - timedelta(days=draw.randrange(30, 2500), minutes=draw.randrange(1440))
    score = min(99, max(1, round(draw.gauss(58, 22))))
    slug = "".join(mark for mark in name.lower() if mark.isascii() and mark.isalnum())[:24] or "company"
    revenue = round(10 ** draw.uniform(4.5, 8.9), -3)
    record: Record = {
        "Account_Name": name, "Account_Type": draw.choice(TYPES), "Industry": draw.choice(INDUSTRIES),
        "Annual_Revenue": revenue, "Employees": max(1, int(revenue // draw.randrange(60_000, 250_000))),
        "Website": f"{slug}.{domain}", "Phone": f"{phone}{draw.randrange(100, 999)} {draw.randrange(1000, 9999)}",
        "Billing_City": city, "Billing_Country": country, "Billing_Code": str(draw.randrange(10000, 99999)),
        "Ownership": draw.choice(("Private", "Public", "Subsidiary")), "Health_Score": score,
        "Account_Status": _status(draw, score), "Customer_Code": f"C-{number + 1:06d}",
        "Last_Engagement_Date": (_TODAY - timedelta(days=draw.randrange(400))).date().isoformat(),
        "Last_Reviewed": (_TODAY - timedelta(days=draw.randrange(700))).date().isoformat(),
        "Review_Status": draw.choice(("Not Started", "In Progress", "Completed")),
        "Segments": draw.choice((None, ["Enterprise"], ["Mid Market"], ["Enterprise", "Public Sector"])),
        "Is_Key_Account": draw.random() < 0.1, "Satisfaction": round(draw.uniform(20, 100), 1),
        "Created_Time": created.isoformat(timespec="seconds"), "Modified_Time": created.isoformat(timespec="seconds"),
    }  # fmt: skip
    for optional in ("Website", "Phone", "Industry", "Last_Reviewed", "Annual_Revenue", "Billing_City", "Employees"):
        if draw.random() < 0.06:
            record[optional] = None
    if draw.random() < 0.05:
        record["Notes"] = 'First line\nSecond line, with a comma and a "quote"'
    return record


def _name(draw: random.Random, form: str, taken: set[str]) -> str:
    while True:
        name = f"{draw.choice(_FIRST)} {draw.choice(_SECOND)}"
        if draw.random() < 0.35:
            name = f"{draw.choice(_FIRST)} & {name}"
        name = f"{name} {form}"
        if name in taken:
            name = f"{name.removesuffix(form)}{draw.choice(('North', 'South', 'East', 'West', 'Group'))} {form}"
        if name not in taken:
            taken.add(name)
            return name


def _status(draw: random.Random, score: int) -> str:
    if score < 35:
        return draw.choice(("At Risk", "At Risk", "Inactive"))
    return draw.choice(("Active", "Active", "Active", "Good", *STATUSES)) if score < 85 else "Excellent"
