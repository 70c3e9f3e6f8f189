"""Laws of the practice API, by a real client over HTTP on this machine."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest
import requests

from ecomlab.shop.raw import PracticeApi, practice_api
from ecomlab.shop.raw.paging import Cursor, begin, listings, page

KEYS = {"orders": ["order_id"], "order_lines": ["order_id", "line_no"], "products": ["product_id"]}
CALM = {"busy": 0, "resent": 0, "per_second": 10_000}


def ask(api: PracticeApi, path: str, **query) -> requests.Response:
    """One request with the token."""
    head = {"Authorization": f"Bearer {api.token}"}
    return requests.get(f"{api.url}/{path}", params=query, headers=head, timeout=10)


def collect(api: PracticeApi, name: str, **query) -> tuple[list[dict], Counter]:
    """Every page of a table, waiting and trying again as told; rows as they came."""
    rows, met, cursor = [], Counter(), None
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {api.token}"
        while True:
            asked = {**query, **({"cursor": cursor} if cursor else {})}
            answer = session.get(f"{api.url}/{name}", params=asked, timeout=10)
            met[answer.status_code] += 1
            if answer.status_code == 429:
                time.sleep(int(answer.headers["Retry-After"]))
            elif answer.status_code == 503:
                time.sleep(0.01)
            else:
                assert answer.status_code == 200, answer.text
                body = answer.json()
                rows += body["data"]
                cursor = body["next"]
                if cursor is None:
                    return rows, met


def truth(shop, name: str) -> list[dict]:
    """A table's rows by key as JSON must have them, made without the API's code."""
    frame = shop.table(name).sort_values(KEYS[name])
    if "ordered_at" in frame:
        frame["ordered_at"] = frame["ordered_at"].map(lambda t: t.isoformat() + "+08:00")
    if "launched_on" in frame:
        frame["launched_on"] = frame["launched_on"].map(lambda t: t.date().isoformat())
    rows = [
        {k: None if pd.isna(v) else v for k, v in row.items()}
        for row in frame.astype(object).to_dict("records")
    ]
    return json.loads(json.dumps(rows))


def once(rows: list[dict], name: str) -> list[dict]:
    """The rows, each key once, by key."""
    kept = {tuple(row[k] for k in KEYS[name]): row for row in rows}
    return [kept[k] for k in sorted(kept)]


@pytest.mark.parametrize("name", list(KEYS))
def test_a_client_that_waits_and_retries_gets_every_row_once(small_shop, name):
    with practice_api(small_shop, per_second=60, busy=0.2, resent=0.3) as api:
        rows, met = collect(api, name, limit=20)
        answers = api.answers()
    assert once(rows, name) == truth(small_shop, name)
    served = answers[answers["status"] == 200]
    assert len(rows) == served["rows"].sum()
    assert len(rows) - len(once(rows, name)) == served["repeated"].sum()
    assert met[200] == len(served)
    assert met == Counter(answers["status"].tolist())
    if name != "products":
        assert met[503] > 5
        assert served["repeated"].sum() > 20
        assert (served["rows"] <= 20).all()
        # Some pages repeat a few rows of the page before, some the whole of it.
        assert {20} < set(served["repeated"]) - {0}


def test_without_faults_pages_join_without_a_seam(small_shop):
    with practice_api(small_shop, **CALM) as api:
        rows, met = collect(api, "orders", limit=37)
    assert set(met) == {200}
    assert rows == sorted(
        truth(small_shop, "orders"), key=lambda r: (r["ordered_at"], r["order_id"])
    )
    assert [r["ordered_at"] for r in rows] == sorted(r["ordered_at"] for r in rows)


def test_rows_since_a_moment(small_shop):
    orders = truth(small_shop, "orders")
    cut = sorted(r["ordered_at"] for r in orders)[len(orders) // 2]
    recent = [r for r in orders if r["ordered_at"] >= cut]
    with practice_api(small_shop, **{**CALM, "resent": 0.3}) as api:
        for since in (cut, cut[:19], pd.Timestamp(cut).tz_convert("UTC").isoformat()):
            rows, _ = collect(api, "orders", since=since, limit=50)
            assert once(rows, "orders") == recent
        lines, _ = collect(api, "order_lines", since=cut[:10])
        assert ask(api, "orders", since="2099-01-01").json() == {"data": [], "next": None}
    by_day = {r["order_id"] for r in orders if r["ordered_at"][:10] >= cut[:10]}
    assert {r["order_id"] for r in lines} == by_day


def test_two_clients_at_once(small_shop):
    with (
        practice_api(small_shop, per_second=80, busy=0.1, resent=0.2) as api,
        ThreadPoolExecutor(2) as pool,
    ):
        both = [pool.submit(collect, api, "orders", limit=n) for n in (40, 23)]
        found = [future.result() for future in both]
    for rows, _ in found:
        assert once(rows, "orders") == truth(small_shop, "orders")


@pytest.mark.parametrize(
    "head",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic bGFudGVybg=="},
     {"Authorization": "Bearer "}, {"Authorization": "Bearer 灯市".encode()}],
)  # fmt: skip
def test_a_wrong_token_gets_nothing(small_shop, head):
    with practice_api(small_shop, **CALM) as api:
        answer = requests.get(f"{api.url}/orders", headers=head, timeout=10)
        assert ask(api, "orders").status_code == 200
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert set(answer.json()) == {"error"}
    assert api.token not in answer.text + repr(api)


def test_the_rate_limit_really_limits(small_shop):
    limit = 7
    with practice_api(small_shop, **{**CALM, "per_second": limit}) as api, requests.Session() as s:
        s.headers["Authorization"] = f"Bearer {api.token}"
        begun = time.monotonic()
        statuses, waits = [], set()
        while time.monotonic() - begun < 1.6:
            answer = s.get(f"{api.url}/products", params={"limit": 1}, timeout=10)
            statuses.append(answer.status_code)
            if answer.status_code == 429:
                waits.add(answer.headers["Retry-After"])
                time.sleep(0.02)
        lasted = time.monotonic() - begun
        # Who waits as long as told is admitted.
        time.sleep(1)
        assert s.get(f"{api.url}/products", timeout=10).status_code == 200
    assert set(statuses) == {200, 429}
    assert statuses[: limit + 1] == [200] * limit + [429]
    assert limit < statuses.count(200) <= limit * (int(lasted) + 1)
    assert waits == {"1"}


@pytest.mark.parametrize(
    ("path", "query", "status", "says"),
    [
        ("orders", {"limit": 201}, 400, r"limit is '201'; it must lie in 1 .. 200"),
        ("orders", {"limit": 0}, 400, "limit is '0'"),
        ("orders", {"limit": "²"}, 400, "limit is '²'"),
        ("orders", {"limit": "ten"}, 400, "limit is 'ten'"),
        ("orders", {"since": "yesterday"}, 400, "since is 'yesterday'; .* ISO 8601"),
        ("products", {"since": "2024-01-01"}, 400, "products has no times"),
        ("orders", {"cursor": "MTIz"}, 400, "cursor is none of ours"),
        ("orders", {"cursor": "灯"}, 400, "cursor is none of ours"),
        ("customers", {}, 404, "there is no 'customers'; there are orders"),
        ("", {}, 404, "there is no ''"),
        ("orders/7", {}, 404, "there is no 'orders/7'"),
    ],
)
def test_what_cannot_be_had_is_refused(small_shop, path, query, status, says):
    with practice_api(small_shop, **CALM) as api:
        answer = ask(api, path, **query)
    assert answer.status_code == status
    assert re.search(says, answer.json()["error"])


def test_a_cursor_serves_its_own_table_only(small_shop):
    with practice_api(small_shop, **CALM) as api:
        cursor = ask(api, "orders", limit=3).json()["next"]
        other = ask(api, "order_lines", cursor=cursor)
        changed = ask(api, "orders", cursor=cursor[:-6] + "AAAA==")
    assert other.status_code == changed.status_code == 400
    assert "belongs to orders" in other.json()["error"]


def test_only_reading_is_offered(small_shop):
    with practice_api(small_shop, **CALM) as api:
        head = {"Authorization": f"Bearer {api.token}"}
        answers = [requests.request(m, f"{api.url}/orders", headers=head, timeout=10)
                   for m in ("POST", "PUT", "DELETE")]  # fmt: skip
    assert {a.status_code for a in answers} == {405}


def test_the_same_seed_goes_wrong_in_the_same_places(small_shop):
    def story(seed):
        calm = {"per_second": 10_000, "busy": 0.2, "resent": 0.3}
        with practice_api(small_shop, seed=seed, **calm) as api:
            rows, _ = collect(api, "orders", limit=60)
            return rows, api.answers().to_dict("list"), api.token

    first, second, other = story(3), story(3), story(4)
    assert first == second
    assert first[1] != other[1]
    assert first[2] != other[2]


def test_a_busy_server_never_refuses_a_page_three_times(small_shop):
    with practice_api(small_shop, busy=0.3, resent=0, per_second=10_000) as api:
        collect(api, "orders", limit=10)
        statuses = "".join(str(s)[0] for s in api.answers()["status"])
    assert "55" in statuses
    assert "555" not in statuses


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_every_walk_ends_whatever_is_resent(small_shop, limit):
    listing = listings(small_shop)["products"]
    at, seen, steps = begin(listing, None), [], 0
    while at is not None:
        found = page(listing, at, limit, 0.3, seed=steps)
        assert len(found.rows) <= limit
        seen += [row["product_id"] for row in found.rows]
        at, steps = found.next, steps + 1
        assert steps < 200
    assert sorted(set(seen)) == list(range(48))


def test_a_page_never_reaches_before_the_start_asked_for(small_shop):
    listing = listings(small_shop)["orders"]
    for start in range(101, 140):
        found = page(listing, Cursor("orders", 100, start), 50, 0.3, seed=1)
        assert found.first >= 100


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.com", ""])
def test_only_this_machine_is_listened_to(small_shop, host):
    with (
        pytest.raises(ValueError, match=r"this machine alone"),
        practice_api(small_shop, host=host),
    ):
        pass


def test_localhost_is_this_machine(small_shop):
    with practice_api(small_shop, host="localhost", **CALM) as api:
        assert api.url.startswith("http://127.0.0.1:")
        assert ask(api, "orders").status_code == 200


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        ({"page_size": 0}, ValueError, "page_size is 0"),
        ({"page_size": 300}, ValueError, "more than max_page_size, 200"),
        ({"per_second": 1.5}, TypeError, "per_second must be a whole number"),
        ({"busy": 0.9}, ValueError, "busy is 0.9"),
        ({"resent": None}, TypeError, "resent must be a number"),
    ],
)
def test_refused(small_shop, asked, error, says):
    with pytest.raises(error, match=says), practice_api(small_shop, **asked):
        pass


def test_a_port_taken_is_said_at_once(small_shop):
    with practice_api(small_shop, **CALM) as api:
        port = int(api.url.rsplit(":", 1)[1])
        with pytest.raises(OSError, match=r"[Aa]ddress"), practice_api(small_shop, port=port):
            pass
        assert ask(api, "orders").status_code == 200


def test_after_the_block_nobody_answers(small_shop):
    before = set(threading.enumerate())
    with practice_api(small_shop, **CALM) as api, requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {api.token}"
        assert session.get(f"{api.url}/orders", timeout=10).status_code == 200
    assert set(threading.enumerate()) == before
    with pytest.raises(requests.ConnectionError):
        ask(api, "orders")
    with pytest.raises(RuntimeError, match="in the block"), practice_api(small_shop, **CALM) as api:
        raise RuntimeError("in the block")
    assert set(threading.enumerate()) == before
    with pytest.raises(requests.ConnectionError):
        ask(api, "orders")


def test_nothing_is_said_in_the_notebook(small_shop, capfd):
    with practice_api(small_shop, **CALM) as api:
        ask(api, "orders", limit=0)
        requests.get(f"{api.url}/orders", timeout=10)
        requests.get(f"{api.url}/a/b/c", timeout=10)
    assert capfd.readouterr() == ("", "")


def test_importing_raw_loads_nothing_heavy():
    code = (
        "import sys, ecomlab.shop.raw, ecomlab.shop.raw.api, ecomlab.shop.raw.log, "
        "ecomlab.shop.raw.partner\n"
        "print([m for m in ('pandas', 'tornado', 'narwhals', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
