"""Laws of the partner's file: undone it is clean, typed it is the shop, its faults can be found."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecomlab.shop import World, simulate
from ecomlab.shop.raw import PartnerFile, partner_file
from ecomlab.shop.raw.mishaps import COUNTED, KINDS, MISSING
from ecomlab.shop.raw.pages import WORDS
from ecomlab.shop.raw.report import HEADS

NO_FAULTS = {"gaps": 0, "outliers": 0, "duplicates": 0, "dates": 0, "thousands": 0}
few = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
rates = st.sampled_from([0.0, 0.01, 0.1, 0.3])


@pytest.fixture(scope="module")
def class_shop():
    """A shop large enough for local scales; a year with its festivals."""
    return simulate(World.draw(7, customers=10_000), days=366)


@pytest.fixture(scope="module")
def file(class_shop, tmp_path_factory) -> PartnerFile:
    """Its partner's year."""
    return partner_file(class_shop, tmp_path_factory.mktemp("partner") / "report.csv")


def read(path) -> pd.DataFrame:
    """The file as text, with the line of each row."""
    rows = pd.read_csv(
        path, sep=";", encoding="gb18030", dtype=str, keep_default_na=False, na_filter=False
    )
    rows.columns = list(HEADS)
    return rows.assign(line=np.arange(2, len(rows) + 2))


def when(text: str, zone: str) -> pd.Timestamp:
    """The moment that a cell means: which style it is, the office says."""
    text = re.sub("[年月]", "-", text).replace("日", "").replace("时", ":").replace("分", ":")
    text = text.replace("秒", "")
    if zone.startswith("America/") and "/" in text:
        style = "%m/%d/%Y %I:%M:%S %p"
    elif "." in text:
        style = "%d.%m.%Y %H:%M:%S"
    else:
        style = "%Y/%m/%d %H:%M:%S" if "/" in text else "%Y-%m-%d %H:%M:%S"
    return pd.to_datetime(text, format=style).tz_localize(ZoneInfo(zone)).tz_convert("UTC")


def number(text: str) -> float:
    """The value of a cell: dots and spaces set thousands apart, a comma the decimals."""
    if text in MISSING:
        return float("nan")
    return float(text.replace(".", "").replace(" ", "").replace(",", "."))


def typed(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of text with types."""
    return pd.DataFrame(
        {
            "report_id": rows["report_id"].astype(int),
            "reported_at": [
                when(*at) for at in zip(rows["reported_at"], rows["zone"], strict=True)
            ],
            "zone": rows["zone"],
            "category": rows["category"].str.strip(),
            **{name: rows[name].map(number) for name in COUNTED},
            "line": rows["line"],
        }
    )


def test_the_clean_report_is_the_shop(class_shop, file):
    clean = file.clean
    day = clean["reported_at"].dt.tz_convert("Asia/Shanghai").dt.tz_localize(None).dt.normalize()
    zh = clean["category"].astype(str)
    visits = class_shop.visits
    expected = visits.groupby(
        [visits["started_at"].dt.normalize(), visits["category"].astype(str).map(WORDS)]
    ).size()
    counted = clean.set_index([day, zh])["visits"]
    assert (counted.loc[expected.index] == expected).all()
    assert counted.sum() == len(visits)
    lines = class_shop.order_lines
    assert clean["units"].sum() == lines["units"].sum()
    assert clean["revenue"].sum() == pytest.approx(lines["amount"].sum(), abs=0.005)
    by_category = lines.merge(class_shop.products, on="product_id")
    by_category = by_category.groupby(by_category["category"].astype(str).map(WORDS))[
        "amount"
    ].sum()
    told = clean.groupby(zh)["revenue"].sum()
    assert told[by_category.index].to_numpy() == pytest.approx(by_category.to_numpy())
    assert clean["report_id"].is_unique
    assert clean["reported_at"].is_monotonic_increasing
    assert clean.groupby(zh)["zone"].nunique().eq(1).all()
    assert clean["zone"].nunique() >= 3


def test_without_faults_the_file_reads_as_the_clean_report(class_shop, tmp_path):
    spotless = partner_file(class_shop, tmp_path / "p.csv", **NO_FAULTS)
    assert spotless.faults.empty
    found = typed(read(spotless.path)).drop(columns="line")
    for name in HEADS:
        mine, theirs = found[name], spotless.clean[name]
        if name == "reported_at":
            assert (mine.to_numpy() == theirs.to_numpy()).all()
        else:
            assert (mine.astype(str) == theirs.astype(mine.dtype).astype(str)).all(), name
    raw = spotless.path.read_bytes()
    assert raw.startswith(
        "报表号;上报时间;时区;类目;访问数;支付件数;支付金额\r\n".encode("gb18030")
    )
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")


def test_in_tokyo_it_is_already_tomorrow(file):
    local = pd.Series(
        [t.tz_convert(zone) for t, zone in zip(file.clean["reported_at"], file.clean["zone"],
                                               strict=True)]
    )  # fmt: skip
    day = file.clean["reported_at"].dt.tz_convert("Asia/Shanghai").dt.date
    differs = pd.Series([t.date() for t in local]) != day
    assert set(file.clean.loc[differs, "zone"]) <= {"Asia/Tokyo"}


def test_undoing_the_faults_gives_the_clean_file(class_shop, file, tmp_path):
    spotless = partner_file(class_shop, tmp_path / "p.csv", **NO_FAULTS)
    assert file.path.read_bytes() != spotless.path.read_bytes()
    assert file.clean_text().encode("gb18030") == spotless.path.read_bytes()
    pd.testing.assert_frame_equal(file.clean, spotless.clean)


@few
@given(
    gaps=rates, outliers=rates, duplicates=rates, dates=rates, thousands=rates,
    seed=st.integers(0, 10**9), days=st.integers(1, 90),
)  # fmt: skip
def test_undoing_any_faults_gives_the_clean_file(small_shop, tmp_path_factory, seed, days, **asked):
    folder = tmp_path_factory.mktemp("any")
    what = {"start": "2024-09-20", "days": days, "seed": seed}
    dirty = partner_file(small_shop, folder / "dirty.csv", **what, **asked)
    spotless = partner_file(small_shop, folder / "clean.csv", **what, **NO_FAULTS)
    assert dirty.clean_text().encode("gb18030") == spotless.path.read_bytes()
    assert not dirty.faults.duplicated(["line", "column"]).any()
    # What the truth does not name is as it was.
    rows, sound = read(dirty.path), read(spotless.path).set_index("report_id")
    again = dirty.faults.loc[dirty.faults["kind"] == "near_duplicate", "line"]
    rows = rows[~rows["line"].isin(again)].set_index("report_id")
    differ = rows[list(HEADS)[1:]].ne(sound[list(HEADS)[1:]])
    named = dirty.faults[dirty.faults["kind"] != "near_duplicate"]
    assert int(differ.to_numpy().sum()) == len(named)


def test_the_truth_names_what_is_written_and_what_was(file):
    rows = read(file.path).set_index("line")
    for fault in file.faults.itertuples():
        row = rows.loc[fault.line]
        assert row["report_id"] == str(fault.report_id)
        assert row[fault.column] == fault.written != fault.original
    assert set(file.faults["kind"]) == set(KINDS)


def test_the_same_seed_gives_the_same_bytes(small_shop, tmp_path):
    files = [
        partner_file(small_shop, tmp_path / f"{i}.csv", seed=s) for i, s in enumerate((3, 3, 4))
    ]
    first, second, other = (f.path.read_bytes() for f in files)
    assert first == second != other
    assert partner_file(small_shop, tmp_path / "own.csv").path.read_bytes() == first


def test_faults_come_at_the_stated_rates(class_shop, tmp_path):
    asked = {"gaps": 0.02, "outliers": 0.04, "duplicates": 0.05, "dates": 0.1, "thousands": 0.3}
    counts = {}
    for name, rate in asked.items():
        found = partner_file(class_shop, tmp_path / "p.csv", **{**NO_FAULTS, name: rate})
        counts[name] = len(found.faults)
        rows = found.clean
    usual = sum(int((rows[c] > 0).sum()) for c in COUNTED)
    large = sum(int((rows[c] >= 1000).sum()) for c in COUNTED)
    eligible = {
        "gaps": 3 * len(rows), "outliers": 0.55 * usual, "duplicates": len(rows),
        "dates": len(rows), "thousands": large,
    }  # fmt: skip
    for name, rate in asked.items():
        expected = rate * eligible[name]
        slack = 4 * np.sqrt(expected) + (0.15 * expected if name == "outliers" else 0)
        assert abs(counts[name] - expected) < slack, (name, counts[name], expected)


def scores(found: set, truth: set) -> tuple[float, float]:
    """Precision and recall."""
    hit = len(found & truth)
    return hit / len(found), hit / len(truth)


def test_rules_find_the_faults(file):
    """Precision and recall of at least .98 are there to be had, by rules that do not know them."""
    rows = typed(read(file.path))
    truth = {
        kind: set(zip(g["line"], g["column"].astype(str), strict=True))
        for kind, g in file.faults.groupby("kind", observed=True)
    }
    again = rows[rows.duplicated("report_id")]
    assert set(again["line"]) == {line for line, _ in truth["near_duplicate"]}
    rows = rows[~rows["line"].isin(again["line"])]
    gaps = {(line, c) for c in COUNTED for line in rows.loc[rows[c].isna(), "line"]}
    assert gaps == truth["gap"]

    def beside(values: pd.Series, least: float) -> pd.Series:
        by_category = values.groupby(rows["category"])
        local = by_category.transform(
            lambda one: one.rolling(21, center=True, min_periods=4).median()
        )
        return values / local.clip(lower=least * by_category.transform("median"))

    # Festivals lift visits, units and revenue together; a slip lifts one cell out of its scale and
    # sets it against the price. Where the other cell is a gap, the scale alone must do.
    price = (rows["revenue"] / rows["units"]).where(rows["units"] > 0)
    usual = price / price.groupby(rows["category"]).transform("median")
    # A young shop sells nothing on most days: a local median of nought is no scale.
    scale = {name: beside(rows[name], 0.02 if name == "visits" else 0.3) for name in COUNTED}
    slips = {
        "visits": scale["visits"] > 6,
        "units": ((scale["units"] > 3) & (usual < 0.3))
        | ((scale["units"] > 9) & rows["revenue"].isna()),
        "revenue": ((scale["revenue"] > 3) & (usual > 3.2))
        | ((scale["revenue"] > 9) & rows["units"].isna()),
    }
    found = {(line, name) for name, slip in slips.items() for line in rows.loc[slip, "line"]}
    precision, recall = scores(found, truth["outlier"])
    assert len(truth["outlier"]) > 40
    assert precision >= 0.98
    assert recall >= 0.98


def test_three_standard_deviations_delete_festivals(file):
    rows = typed(read(file.path)).drop_duplicates("report_id")
    visits = rows["visits"]
    far = (visits - visits.mean()).abs() > 3 * visits.std()
    truth = file.faults[(file.faults["kind"] == "outlier") & (file.faults["column"] == "visits")]
    real = ~rows["line"].isin(truth["line"])
    deleted = rows[far & real & visits.notna()]
    assert not deleted.empty
    days = deleted["reported_at"].dt.tz_convert("Asia/Shanghai").dt.strftime("%m-%d")
    assert days.isin(["06-18", "11-11", "12-12", "11-29"]).mean() > 0.5


def test_ten_times_a_usual_value_is_ten_times_the_local_scale(file):
    clean = file.clean
    for column in COUNTED:
        local = clean.groupby("category", observed=True)[column].transform(
            lambda one: one.rolling(15, center=True, min_periods=1).median()
        )
        scale = dict(zip(clean["report_id"], local, strict=True))
        which = file.faults[(file.faults["kind"] == "outlier") & (file.faults["column"] == column)]
        assert len(which) > 5
        for fault in which.itertuples():
            written, original = number(fault.written), number(fault.original)
            assert written == pytest.approx(10 * original)
            assert written >= 10 * scale[fault.report_id] - 1e-6


def test_a_near_duplicate_keeps_its_key_and_differs_in_one_cell(file):
    rows = read(file.path).set_index("line")
    again = file.faults[file.faults["kind"] == "near_duplicate"]
    assert set(again["column"]) == {"reported_at", "category", "revenue"}
    for fault in again.itertuples():
        first, second = (
            row for _, row in rows[rows["report_id"] == str(fault.report_id)].iterrows()
        )
        assert [c for c in rows.columns if first[c] != second[c]] == [fault.column]
        assert second.name == fault.line > first.name


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        ({"gaps": 0.4}, ValueError, r"gaps is 0\.4; .* 0 \.\. 0\.3"),
        ({"outliers": True}, TypeError, "outliers must be a number"),
        ({"days": -3}, ValueError, "days is -3"),
        ({"start": "2019-01-01", "days": 3}, ValueError, "nothing happened from 2019-01-01"),
    ],
)
def test_refused(small_shop, tmp_path, asked, error, says):
    path = tmp_path / "p.csv"
    with pytest.raises(error, match=says):
        partner_file(small_shop, path, **asked)
    assert not path.exists()
