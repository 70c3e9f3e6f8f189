"""The data dictionary says what the files hold, in both languages, and is what was committed."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest

from ecomlab import style
from ecomlab.datasets import folder
from ecomlab.dictionary import FIGURES, KINDS, UNITS_ZH, describe, readme
from ecomlab.shop.parquet import schema
from ecomlab.shop.tables import TABLES

HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def text() -> str:
    """The dictionary as the declarations give it."""
    return readme(folder())


@pytest.fixture
def chinese(monkeypatch):
    """Chinese in force, without styling charts."""
    monkeypatch.setattr(style, "_language", "zh")


def section(text: str, name: str) -> str:
    """A table's part of the dictionary."""
    return text.split(f"### {name}\n")[1].split("\n##")[0]


def test_the_committed_dictionary_is_what_the_declarations_give(text):
    committed = (folder() / "README.md").read_text(encoding="utf-8")
    assert committed == text, "run `ecomlab shop build`"


def test_it_does_not_depend_on_the_language_in_force(text, chinese):
    assert readme(folder()) == text


@pytest.mark.parametrize("name", TABLES)
def test_every_column_has_its_line(text, name):
    table = TABLES[name]
    rows = re.findall(r"^\| `(\w+)` \|(.*)\|$", section(text, name), re.MULTILINE)
    assert [column for column, _ in rows] == [c.name for c in table.columns]
    for column, (_, line) in zip(table.columns, rows, strict=True):
        kind, unit, en, zh, allowed = (cell.strip() for cell in line.split(" | "))
        assert (kind, en, zh) == (column.kind, column.en, column.zh)
        assert unit.split(" ")[0] == column.unit
        assert ", ".join(column.values) in allowed
        assert column.ref in allowed
        assert ("may be missing 可缺失" in allowed) == column.optional
    assert f"key 主键: {', '.join(f'`{k}`' for k in table.key)}" in section(text, name)


@pytest.mark.parametrize("name", TABLES)
def test_every_meaning_is_said_in_both_languages(name):
    table = TABLES[name]
    said = [(table.en, table.zh), *((c.en, c.zh) for c in table.columns)]
    for en, zh in said:
        assert en
        assert not HAN.search(en)
        assert HAN.search(zh)


def test_no_cell_breaks_its_row():
    for table in TABLES.values():
        for column in table.columns:
            assert "|" not in column.en + column.zh + "".join(column.values)


def test_the_types_named_are_those_of_the_files():
    plain = {
        pa.int64(): "int64", pa.float64(): "double", pa.bool_(): "boolean", pa.string(): "string",
        pa.date32(): "date", pa.timestamp("ms"): "timestamp, ms",
        pa.dictionary(pa.int8(), pa.string()): "string",
    }  # fmt: skip
    for table in TABLES.values():
        for column, field in zip(table.columns, schema(table), strict=True):
            assert plain[field.type] == KINDS[column.kind][0]


def test_every_unit_is_translated():
    used = {c.unit for t in TABLES.values() for c in t.columns if c.unit}
    assert used == set(UNITS_ZH)


def test_every_file_of_figures_is_described_and_there(text):
    there = {p.relative_to(folder()).with_suffix("").as_posix() for p in folder().rglob("*.csv")}
    assert there == set(FIGURES)
    assert "`printed_growth_pct` | growth printed by the bureau" in section(
        text, "market/china_online_retail"
    )


def test_a_file_that_nobody_described_is_refused(tmp_path):
    (tmp_path / "market").mkdir()
    (tmp_path / "market" / "mars.csv").write_text("year,sales\n")
    with pytest.raises(ValueError, match=r"market/mars\.csv is not described; add it to FIGURES"):
        readme(tmp_path)


def test_a_column_that_nobody_described_is_refused(tmp_path):
    (tmp_path / "market").mkdir()
    (tmp_path / "market" / "us_retail_ecommerce.csv").write_text("year,sales_eur,source\n")
    with pytest.raises(ValueError, match=r"us_retail_ecommerce\.csv: column 'sales_eur'"):
        readme(tmp_path)


def test_a_table_describes_itself_in_the_language_in_force():
    said = describe(TABLES["deliveries"]).set_index("column")
    assert said.loc["weight"].tolist() == ["number", "kg", "weight", "≥ 0"]
    assert said.loc["delivered_at", "allowed"] == "may be missing"


def test_a_table_describes_itself_in_chinese(chinese):
    said = describe(TABLES["deliveries"])
    assert said.columns.tolist() == ["列", "类型", "单位", "含义", "取值"]
    assert said.set_index("列").loc["weight"].tolist() == ["实数", "千克", "重量", "≥ 0"]
    assert said.set_index("列").loc["delivered_at", "取值"] == "可缺失"
