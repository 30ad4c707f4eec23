import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.extraction.structured import StructuredData, load_lenient, read_structured, text_value
from ingest.html.page import parse

URL = "https://news.example/a"


def structured(*scripts: str) -> StructuredData:
    blocks = "".join(f"<script type='application/ld+json'>{script}</script>" for script in scripts)
    return read_structured(parse(f"<html><head>{blocks}</head><body></body></html>", URL))


@pytest.mark.parametrize(
    "broken",
    [
        '{"headline": "A\nB"}',
        '{"headline": "A B",}',
        '{"headline": "A B", "list": [1, 2,],}',
        '<!-- {"headline": "A B"} -->',
        '//<![CDATA[\n{"headline": "A B"}\n//]]>',
        "{&quot;headline&quot;: &quot;A B&quot;}",
        '{"headline": "A B"};',
        '{"x": "1"\n "headline": "A B"}',
        '{"headline": "A B", "path": "\\x"}',
        '\ufeff{"headline": "A B"}',
    ],
)
def test_broken_json_is_mended(broken: str) -> None:
    (value,) = load_lenient(broken)
    assert isinstance(value, dict)
    assert text_value(value["headline"]) == "A B"


def test_what_cannot_be_mended_is_nothing() -> None:
    assert load_lenient("{headline: nope") == []
    assert load_lenient("") == []


def test_graph_and_references_are_resolved() -> None:
    data = structured(
        '{"@graph": [{"@type": "NewsArticle", "headline": "H", "author": {"@id": "#p"}},'
        ' {"@type": ["Person"], "@id": "#p", "name": "Amna Rao"}]}'
    )
    (article,) = data.articles
    assert data.texts(article, "author") == ["Amna Rao"]
    assert [node["name"] for node in data.of_type("Person")] == ["Amna Rao"]


def test_several_blocks_and_full_type_names() -> None:
    data = structured(
        '{"@type": "http://schema.org/Article", "headline": "little"}',
        "{broken",
        '[{"@type": "NewsArticle", "headline": "much", "datePublished": "2026-10-05", "author": "x"}]',
    )
    assert [data.text(node, "headline") for node in data.articles] == ["much", "little"]


def test_a_node_that_refers_to_itself_ends() -> None:
    data = structured('{"@type": "Article", "@id": "#a", "mainEntityOfPage": {"@id": "#a"}}')
    assert data.each(data.articles[0], "mainEntityOfPage")


def test_entities_in_texts_are_decoded_twice_written() -> None:
    assert text_value("Q&amp;amp;A &#8216;x&#8217;") == "Q&A ‘x’"
    assert text_value({"@value": "x"}) == "x"
    assert text_value([None, {"name": ["y"]}]) == "y"


@given(st.text(max_size=200))
def test_any_script_is_read_without_error(script: str) -> None:
    structured(script.replace("</", ""))
    load_lenient(script)


@pytest.mark.threat("P7")
def test_nodes_far_down_and_beyond_many_are_left_out() -> None:
    towers = {depth: "[" * depth + '{"@type": "NewsArticle"}' + "]" * depth for depth in (12, 13)}
    assert [len(structured(tower).nodes) for tower in towers.values()] == [1, 0]
    assert len(structured("[" + ",".join(['{"@type": "Person"}'] * 6_000) + "]").nodes) == 5_000
