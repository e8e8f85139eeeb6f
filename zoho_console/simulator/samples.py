"""Demo data: accounts of many countries and sizes, some with awkward names; the same seed makes the same accounts."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from zoho_console.simulator.places import AWKWARD_NAMES, PLACES, STEMS, TRADES, Place
from zoho_console.simulator.records import Record
from zoho_console.simulator.schema import ACCOUNT_TYPES, OWNERSHIPS, RATINGS, REVIEW_STATUSES, SEGMENTS, STATUSES
from zoho_console.simulator.world import World

_STREETS = ("Station Road", "Hafenstraße", "Rue du Port", "Market Square", "Via Roma", "Storgatan", "Mill Lane")
_PEOPLE = (("Ada", "Lovell"), ("Björn", "Åkesson"), ("Chiamaka", "Obi"), ("Dolores", "Núñez"), ("Emi", "Sato"))
_NOTES = (
    "Asked for a call after the fair.",
    "Contract runs until the end of the year;\nrenewal talks begin in autumn.",
    "Prefers e-mail, answers within a day.",
    "Merged with a competitor – check the address.",
)
DISTINCT = 20_000
_STATUS_SHARES = (40, 12, 8, 22, 10, 8)


def fill(world: World, accounts: int, seed: int) -> None:
    """Put accounts and a few contacts into an empty world; beyond 20,000 the accounts are numbered copies."""
    rng = random.Random(seed)
    names = _names(rng, min(accounts, DISTINCT))
    parents: list[str] = []
    begin = world.now() - timedelta(days=1500)
    for number, (name, place, industry) in enumerate(names):
        at = begin + timedelta(minutes=number * 300, seconds=rng.randrange(3000))
        values = _account(rng, world, name, place, industry)
        values["Customer_Code"] = f"C-{number + 1:06d}"
        if parents and rng.random() < 0.04:
            values["Parent_Account"] = rng.choice(parents)
        record_id = world.add("Accounts", values, at=min(at, world.now()))
        if rng.random() < 0.02:
            parents.append(record_id)
    account_ids = list(world.records("Accounts"))
    if accounts > DISTINCT:
        make = _copier(world, account_ids)
        world.records("Accounts").add_copies(world.new_ids(accounts - DISTINCT), make)
    for (first, last), account_id in zip(_PEOPLE, account_ids, strict=False):
        email = f"{_ascii(first)}.{_ascii(last)}@example.org"
        world.add("Contacts", {"First_Name": first, "Last_Name": last, "Email": email, "Account_Name": account_id})


def _copier(world: World, sample_ids: list[str]) -> Callable[[str], Record]:
    """How the copies are made: each the account so many places before it, with a name and code of its own."""
    samples = [dict(record) for record in world.records("Accounts").through()]
    first, now = int(sample_ids[-1]) + 1, world.moment(world.now())
    times = {"Created_Time": now, "Modified_Time": now}

    def copy(record_id: str) -> Record:
        number = int(record_id) - first
        sample, round_ = samples[number % len(samples)], number // len(samples) + 2
        name = f"{sample['Account_Name'][:190]} {round_}"
        code = f"C-{len(samples) + number + 1:06d}"
        return {**sample, "id": record_id, "Account_Name": name, "Customer_Code": code, **times}

    return copy


def _names(rng: random.Random, count: int) -> list[tuple[str, Place, str]]:
    """Names with country and industry. Only the awkward twins occur twice; awkward names are spread evenly."""
    made: dict[str, tuple[Place, str]] = {}
    while len(made) < max(count - len(AWKWARD_NAMES), 0):
        place = rng.choice(PLACES)
        trade, industry = rng.choice(TRADES)
        made.setdefault(f"{rng.choice(STEMS)} {trade} {rng.choice(place.forms)}", (place, industry))
    names = [(name, *facts) for name, facts in made.items()]
    awkward = AWKWARD_NAMES[:count]
    for number, name in enumerate(awkward):
        spot = (number * 2 + 1) * count // (len(awkward) * 2)
        names.insert(spot, (name.strip(), rng.choice(PLACES), rng.choice(TRADES)[1]))
    return names


def _account(rng: random.Random, world: World, name: str, place: Place, industry: str) -> dict[str, Any]:
    today = world.now()
    values = {
        "Account_Name": name,
        "Industry": industry,
        "Owner": rng.choice(list(world.users)),
        "Account_Status": rng.choices(STATUSES, _STATUS_SHARES)[0],
        "Review_Status": rng.choice(REVIEW_STATUSES),
        "Is_Key_Account": rng.random() < 0.08,
        **_company(rng, name, place),
        **_address(rng, place),
        **_health(rng, world, today),
    }
    # One account in ten is nearly empty, and in the others any optional field may be.
    share = 0.8 if rng.random() < 0.1 else 0.12
    kept = ("Account_Name", "Owner", "Is_Key_Account", "Account_Status")
    return {field: value for field, value in values.items() if field in kept or rng.random() > share}


def _company(rng: random.Random, name: str, place: Place) -> dict[str, Any]:
    employees = int(10 ** rng.uniform(0.3, 4.6))
    words = re.findall(r"[a-z]+", _ascii(name))[:2]
    site = f"{'-'.join(words) or 'example'}.{place.domain}"[:100]
    return {
        "Account_Type": rng.choice(ACCOUNT_TYPES),
        "Ownership": rng.choice(OWNERSHIPS),
        "Rating": rng.choice(RATINGS),
        "Employees": employees,
        "Annual_Revenue": round(employees * rng.uniform(40_000, 400_000), 2 if rng.random() < 0.5 else -3),
        "Website": f"https://www.{site}",
        "Phone": f"{place.dialling} {rng.randrange(100, 999)} {rng.randrange(1000, 9999)}",
        "SIC_Code": rng.randrange(100, 9999),
        "Account_Number": str(rng.randrange(10_000, 9_999_999)),
        "Description": rng.choice(_NOTES) if rng.random() < 0.4 else None,
        "Segments": rng.sample(SEGMENTS, rng.randrange(1, 3)),
    }


def _address(rng: random.Random, place: Place) -> dict[str, Any]:
    town, state, code = rng.choice(place.towns)
    billing = {
        "Street": f"{rng.choice(_STREETS)} {rng.randrange(1, 180)}",
        "City": town,
        "State": state or None,
        "Code": code,
        "Country": place.country,
    }
    ships = rng.random() < 0.5
    both = {f"Billing_{part}": text for part, text in billing.items()}
    return both | ({f"Shipping_{part}": text for part, text in billing.items()} if ships else {})


def _health(rng: random.Random, world: World, today: datetime) -> dict[str, Any]:
    def days_ago(most: int) -> datetime:
        return today - timedelta(days=rng.randrange(most), seconds=rng.randrange(86_400))

    return {
        "Health_Score": rng.randrange(0, 101),
        "Satisfaction": round(rng.uniform(20, 100), 1),
        "Last_Engagement_Date": days_ago(400).date().isoformat(),
        "Last_Reviewed": days_ago(720).date().isoformat(),
        "Last_Health_Check": world.moment(days_ago(90)),
        "Notes": rng.choice(_NOTES) if rng.random() < 0.3 else None,
    }


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore")
    return plain.decode().lower()
