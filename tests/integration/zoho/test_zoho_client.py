"""What the client's methods ask for and give back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from scripted_zoho import DROP, MemoryVault, Say, ScriptedZoho, Seen, client_of, grant_of, refusal

from zoho_console.domain.fields import Module
from zoho_console.errors import BadQuery, NotFound, UnreadableAnswer, ZohoAPIError, ZohoConfigError

ACCOUNTS = "/crm/v8/Accounts"
FIELDS = "/crm/v8/settings/fields"
COQL = "/crm/v8/coql"


def run(test: Callable[[ScriptedZoho], Awaitable[None]]) -> None:
    async def body() -> None:
        async with ScriptedZoho() as zoho:
            await test(zoho)

    asyncio.run(body())


def listing_of(total: int) -> Callable[[Seen], Say]:
    """Zoho's listing of records 1…total: pages reach 2,000, tokens the rest."""

    def answer(seen: Seen) -> Say:
        query, per_page = seen.query, int(seen.query["per_page"])
        names = query["fields"].split(",")
        if "ids" in query:
            picked = query["ids"].split(",")
            return Say({"data": [{"id": one, **dict.fromkeys(names, one)} for one in picked], "info": {}})
        assert not ("page" in query and "page_token" in query)
        start = int(query.get("page_token", (int(query.get("page", "1")) - 1) * per_page))
        if "page" in query and start + per_page > 2000:
            return refusal(400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED", limit=2000)
        numbers = range(start + 1, min(start + per_page, total) + 1)
        more = start + per_page < total
        info = {"more_records": more, "next_page_token": str(start + per_page) if more else None}
        data = [{"id": str(number), **dict.fromkeys(names, str(number))} for number in numbers]
        return Say({"data": data, "info": info}) if data else Say(b"", 204)

    return answer


def fields_answer(*names: str, **odd: str) -> Say:
    items = [{"api_name": name, "data_type": "text", "visible": True} for name in names]
    items += [{"api_name": name, "data_type": kind, "visible": kind != "hidden"} for name, kind in odd.items()]
    return Say({"fields": items})


def success(record: dict[str, Any]) -> dict[str, Any]:
    return {"code": "SUCCESS", "status": "success", "message": "record updated", "details": {"id": record["id"]}}


def ids_of(records: list[dict[str, Any]]) -> list[int]:
    return [int(record["id"]) for record in records]


@pytest.mark.parametrize(
    ("limit", "page", "calls"),
    [(200, 1, 1), (200, 10, 1), (100, 3, 1), (7, 2, 1), (500, 2, 3), (200, 11, 2), (150, 15, 3)],
)
def test_a_page_of_accounts_is_found_wherever_it_is(limit: int, page: int, calls: int) -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("GET", ACCOUNTS, listing_of(5000))
        client = client_of(zoho)

        found = await client.get_accounts(limit, page, fields=["Phone"])

        assert ids_of(found) == list(range((page - 1) * limit + 1, page * limit + 1))
        assert len(zoho.asked(ACCOUNTS)) == calls
        await client.aclose()

    run(body)


@pytest.mark.parametrize("limit", [200, 150, 500])
def test_reading_page_by_page_to_the_end_costs_a_call_for_each_slice(limit: int) -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("GET", ACCOUNTS, listing_of(4321))
        zoho.on("GET", FIELDS, fields_answer("Account_Name", "Phone", Rows="subform", Secret="hidden"))
        client = client_of(zoho)

        everything: list[dict[str, Any]] = []
        page = 1
        while accounts := await client.get_accounts(limit=limit, page=page):
            everything += accounts
            page += 1

        assert ids_of(everything) == list(range(1, 4322))
        assert len(zoho.asked(FIELDS)) == 1
        assert {one.query["fields"] for one in zoho.asked(ACCOUNTS)} == {"Account_Name,Phone"}
        slices = -(-4321 // min(limit, 200))
        assert len(zoho.asked(ACCOUNTS)) <= slices + 1 + page // 2
        await client.aclose()

    run(body)


def test_another_order_is_another_listing() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("GET", ACCOUNTS, listing_of(300))
        client = client_of(zoho)

        await client.get_accounts(fields=["Phone"], sort_by="Modified_Time", sort_order="desc")
        await client.get_accounts(fields=["Phone"])

        assert [(one.query["sort_by"], one.query["sort_order"]) for one in zoho.seen] == [
            ("Modified_Time", "desc"),
            ("id", "asc"),
        ]
        await client.aclose()

    run(body)


def test_more_than_fifty_fields_are_read_in_blocks_and_joined() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        names = [f"F{number}" for number in range(101)]
        zoho.on("GET", ACCOUNTS, listing_of(60))
        client = client_of(zoho)

        found = (await client.list_slice("Accounts", names)).records

        assert len(found) == 60
        assert all(set(record) == {"id", *names} and set(record.values()) == {record["id"]} for record in found)
        assert all(len(one.query["fields"].split(",")) <= 50 for one in zoho.seen)
        assert len(zoho.seen) == 5
        await client.aclose()

    run(body)


@pytest.mark.parametrize("arguments", [{"limit": 0}, {"page": 0}, {"fields": []}])
def test_a_listing_of_nothing_is_refused(arguments: dict[str, Any]) -> None:
    async def body(zoho: ScriptedZoho) -> None:
        client = client_of(zoho)

        with pytest.raises(ZohoConfigError):
            await client.get_accounts(**{"fields": ["Phone"], **arguments})

        assert zoho.seen == []
        await client.aclose()

    run(body)


def test_a_listing_that_does_not_say_how_to_go_on_is_not_cut_silently() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("GET", ACCOUNTS, Say({"data": [{"id": "1"}], "info": {"more_records": True}}))
        client = client_of(zoho)

        with pytest.raises(UnreadableAnswer):
            await client.get_accounts(fields=["Phone"])

        await client.aclose()

    run(body)


def test_one_account_is_found_or_not() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("GET", f"{ACCOUNTS}/1", Say({"data": [{"id": "1", "Account_Name": "Delta"}]}))
        zoho.on("GET", f"{ACCOUNTS}/2", Say(b"", 204))
        client = client_of(zoho)

        assert (await client.get_account("1"))["Account_Name"] == "Delta"
        with pytest.raises(NotFound):
            await client.get_account("2")

        await client.aclose()

    run(body)


def test_an_updated_account_comes_out_with_what_zoho_confirmed() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        details = {"id": "1", "Modified_Time": "2026-03-04T10:15:00+01:00"}
        zoho.on("PUT", ACCOUNTS, Say({"data": [{"code": "SUCCESS", "status": "success", "details": details}]}))
        client = client_of(zoho)

        assert await client.update_account("1", {"Phone": "030"}) == {"Phone": "030", **details}

        assert zoho.seen[0].json == {"data": [{"Phone": "030", "id": "1"}]}
        await client.aclose()

    run(body)


def test_a_refused_update_says_why() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on(
            "PUT", ACCOUNTS, Say({"data": [refusal(0, "INVALID_DATA", "invalid data", api_name="Phone").body]}, 400)
        )
        client = client_of(zoho)

        with pytest.raises(ZohoAPIError, match="“Phone”") as caught:
            await client.update_account("1", {"Phone": 5})

        assert caught.value.code == "INVALID_DATA"
        await client.aclose()

    run(body)


def test_many_updates_go_in_hundreds_and_add_up() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        def answer(seen: Seen) -> Say:
            refused = refusal(0, "INVALID_DATA", "invalid data", api_name="Phone").body
            items = [refused if record["id"] == "150" else success(record) for record in seen.json["data"]]
            return Say({"data": items}, 207)

        zoho.on("PUT", ACCOUNTS, answer)
        client = client_of(zoho)

        done = await client.bulk_update_accounts([{"id": str(number), "Phone": "1"} for number in range(250)])

        assert (done["total"], done["updated"], done["failed"]) == (250, 249, 1)
        assert done["message"] == "249 of 250 accounts were updated."
        assert [result["id"] for result in done["results"]] == [str(number) for number in range(250)]
        (failed,) = [result for result in done["results"] if result["status"] == "error"]
        assert (failed["id"], failed["code"]) == ("150", "INVALID_DATA")
        assert [len(one.json["data"]) for one in zoho.seen] == [100, 100, 50]
        await client.aclose()

    run(body)


def test_replies_out_of_order_are_never_put_to_the_wrong_record() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        refused = refusal(0, "INVALID_DATA").body
        zoho.on("PUT", ACCOUNTS, Say({"data": [refused, success({"id": "1"}), success({"id": "3"})]}, 207))
        client = client_of(zoho)

        done = await client.bulk_update_accounts([{"id": "1"}, {"id": "2"}, {"id": "3"}])

        assert [result["code"] for result in done["results"]] == ["SUCCESS", "IN_DOUBT", "SUCCESS"]
        assert (done["failed"], done["unknown"]) == (0, 1)
        assert "read them again" in done["message"]
        await client.aclose()

    run(body)


def test_a_lost_answer_leaves_its_records_unknown_and_the_others_done() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("PUT", ACCOUNTS, lambda seen: Say({"data": [success(one) for one in seen.json["data"]]}), DROP)
        client = client_of(zoho)

        done = await client.bulk_update_accounts([{"id": str(number)} for number in range(150)])

        assert sorted((done["updated"], done["unknown"])) in ([50, 100],)
        assert {one["code"] for one in done["results"] if one["status"] == "unknown"} == {"IN_DOUBT"}
        assert len(zoho.seen) == 2
        await client.aclose()

    run(body)


def test_a_run_that_is_refused_tells_what_was_done() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on(
            "PUT", ACCOUNTS, lambda seen: Say({"data": [success(one) for one in seen.json["data"]]}),
            refusal(403, "NO_PERMISSION"),
        )  # fmt: skip
        client = client_of(zoho)

        with pytest.raises(ZohoAPIError) as caught:
            await client.bulk_update_accounts([{"id": str(number)} for number in range(150)])

        assert caught.value.details["done"]["updated"] in (50, 100)
        await client.aclose()

    run(body)


def test_nothing_to_update_asks_nothing() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        client = client_of(zoho)

        assert await client.update_records("Accounts", []) == []
        assert (await client.bulk_update_accounts([]))["total"] == 0
        with pytest.raises(ZohoConfigError):
            await client.bulk_update_accounts([{"id": "1"}, {"Phone": "1"}])

        assert zoho.seen == []
        await client.aclose()

    run(body)


@pytest.mark.parametrize(("limit", "calls"), [(50, 1), (200, 1), (450, 3), (2000, 3)])
def test_a_search_goes_on_to_its_limit(limit: int, calls: int) -> None:
    async def body(zoho: ScriptedZoho) -> None:
        def answer(seen: Seen) -> Say:
            page, per_page = int(seen.query["page"]), int(seen.query["per_page"])
            numbers = range((page - 1) * per_page, min(page * per_page, 500))
            return Say({"data": [{"id": str(one)} for one in numbers], "info": {"more_records": page * per_page < 500}})

        zoho.on("GET", f"{ACCOUNTS}/search", answer)
        client = client_of(zoho)

        found = await client.search_accounts("(Industry:equals:Technology)", limit)

        assert ids_of(found) == list(range(min(limit, 500)))
        assert len(zoho.seen) == calls
        await client.aclose()

    run(body)


@pytest.mark.parametrize("limit", [0, 2001])
def test_a_search_beyond_zohos_reach_is_refused(limit: int) -> None:
    async def body(zoho: ScriptedZoho) -> None:
        client = client_of(zoho)

        with pytest.raises(ZohoConfigError):
            await client.search_accounts("(Industry:equals:Technology)", limit)

        await client.aclose()

    run(body)


def test_a_query_goes_on_to_its_end() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        def answer(seen: Seen) -> Say:
            words = seen.json["select_query"].split()
            size, offset = int(words[-3]), int(words[-1])
            data = [{"id": str(one)} for one in range(offset, min(offset + size, 45))]
            return Say({"data": data, "info": {"more_records": offset + size < 45}}) if data else Say(b"", 204)

        zoho.on("POST", COQL, answer)
        client = client_of(zoho)
        query = "select id from Accounts where id is not null"

        everything = [part async for part in client.coql_all(query, per_call=20)]
        whole = [part async for part in client.coql_all(f"{query} limit 7 offset 0")]
        some = [part async for part in client.coql_all(query, limit=30, per_call=20)]

        assert [len(part.records) for part in everything] == [20, 20, 5]
        assert [len(part.records) for part in some] == [20, 10]
        assert [len(part.records) for part in whole] == [7]
        assert zoho.seen[1].json["select_query"] == f"{query} limit 20 offset 20"
        await client.aclose()

    run(body)


def test_a_query_that_finds_nothing_gives_nothing() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("POST", COQL, Say(b"", 204))
        client = client_of(zoho)

        assert (await client.coql("select id from Accounts where id is null")).records == ()
        assert [part async for part in client.coql_all("select id from Accounts where id is null")] == []

        await client.aclose()

    run(body)


@pytest.mark.parametrize("reach", [{"limit": 0}, {"limit": 100_001}, {"per_call": 0}, {"per_call": 2001}])
def test_a_query_beyond_zohos_reach_is_refused(reach: dict[str, int]) -> None:
    async def body(zoho: ScriptedZoho) -> None:
        client = client_of(zoho)

        with pytest.raises(ZohoConfigError):
            _ = [part async for part in client.coql_all("select id from Accounts where id is null", **reach)]

        await client.aclose()

    run(body)


def test_a_wrong_query_is_asked_once() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("POST", COQL, refusal(400, "SYNTAX_ERROR", "missing clause", clause="where"))
        client = client_of(zoho)

        with pytest.raises(BadQuery):
            await client.coql("select id from Accounts")

        assert len(zoho.seen) == 1
        await client.aclose()

    run(body)


def test_modules_come_out() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        item = {"api_name": "Leads", "api_supported": True, "viewable": True, "generated_type": "default"}
        zoho.on("GET", "/crm/v8/settings/modules", Say({"modules": [item]}))
        client = client_of(zoho)

        assert await client.modules() == [Module("Leads", "Leads", False)]

        await client.aclose()

    run(body)


def test_calls_go_to_no_server_that_the_database_made_up() -> None:
    async def body(zoho: ScriptedZoho) -> None:
        zoho.on("GET", f"{ACCOUNTS}/1", Say({"data": [{"id": "1"}]}))
        vault = MemoryVault(grant_of(api_domain="http://127.0.0.1:1"))
        client = client_of(zoho, vault)

        assert await client.get_account("1") == {"id": "1"}

        await client.aclose()

    run(body)
