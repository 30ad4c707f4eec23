from __future__ import annotations

import csv
import io

import pytest
from scrapy.utils.misc import load_object

from ingest.crawl.settings import FEED_EXPORTERS


@pytest.mark.threat("O7")
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_a_table_begins_as_a_formula_does(start: str) -> None:
    file = io.BytesIO()
    exporter = load_object(FEED_EXPORTERS["csv"])(file)
    formula = f'{start}HYPERLINK("https://evil.example/")'
    exporter.start_exporting()
    exporter.export_item(
        {"headline": formula, "keywords": [formula, "x"], "version": 1, "changed": []}
    )
    exporter.finish_exporting()
    (row,) = csv.DictReader(io.StringIO(file.getvalue().decode("utf-8"), newline=""))
    assert row["headline"] == f"'{formula}"
    assert row["keywords"] == f"'{formula},x"
    assert (row["version"], row["changed"]) == ("1", "")
