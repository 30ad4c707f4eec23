import json

import pytest

from ingest.extraction.classification import find_topics, tidy_excerpt
from ingest.extraction.model import Topics
from ingest.html.page import parse
from ingest.sites import UNKNOWN_SITE, Select, Site
from tests.extraction.facts import facts_of

URL = "https://www.paper.example/city/2025/harbour-bridge/"


def topics(html: str, site: Site = UNKNOWN_SITE) -> Topics:
    page = parse(html, URL)
    return find_topics(facts_of(page, site))


def ld(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


def article(**values: object) -> str:
    return ld({"@type": "NewsArticle", "headline": "Harbour bridge closes", **values})


def crumbs(*names: tuple[str, str]) -> str:
    items = [{"@type": "ListItem", "name": name, "item": address} for name, address in names]
    return ld({"@type": "BreadcrumbList", "itemListElement": items})


@pytest.mark.parametrize(
    ("html", "section", "source"),
    [
        (article(articleSection="City"), "City", "json-ld"),
        (article(articleSection=["News", "City"]), "City", "json-ld"),
        (article(articleSection="News"), "News", "json-ld"),
        (article(articleSection="City,Transport"), "City", "json-ld"),
        (article(articleSection="Arts, Culture & Books"), "Arts, Culture & Books", "json-ld"),
        (
            article(articleSection="Uncategorized")
            + '<meta property="article:section" content="City">',
            "City",
            "meta",
        ),
        ('<meta property="article:section" content="City">', "City", "meta"),
        (crumbs(("Home", "/"), ("City", "/city/"), ("Harbour bridge", URL)), "City", "json-ld"),
        (crumbs(("The Paper", "https://www.paper.example"), ("City", "/city/")), "City", "json-ld"),
        (
            '<ul class="breadcrumb"><li><a href="/">Start</a><li><a href="/city/">City</a></ul>',
            "City",
            "breadcrumb",
        ),
        (
            '<header><div class="catName"><a href="/c/5">City</a></div><h1>Harbour bridge</h1></header>',
            "City",
            "link",
        ),
        ('<div><a href="/category/city/">City</a><h1>Harbour bridge</h1></div>', "City", "link"),
        ('<p>Filed under <a href="/city/" rel="category tag">City</a></p>', "City", "link"),
        ("<h1>Harbour bridge</h1><p>x</p>", None, ""),
    ],
)
def test_the_section_and_its_source(html: str, section: str | None, source: str) -> None:
    found = topics(html)
    assert (found.section, found.section_source) == (section, source)


def test_the_definitions_selector_comes_first() -> None:
    site = Site(
        name="p", domain="paper.example", select=Select(section=[".own"], keywords=[".key"])
    )
    found = topics(
        f'<b class="own">Transport</b><i class="key">Bridge</i>{article(articleSection="City", keywords="a,b")}',
        site,
    )
    assert (found.section, found.section_source) == ("Transport", "rule")
    assert (found.keywords, found.keywords_source) == (("Bridge",), "rule")


@pytest.mark.parametrize(
    "name", ["The Paper", "paper", "www.paper.example", "paper.example", "https://x.example/", "5"]
)
def test_the_site_itself_is_no_section(name: str) -> None:
    assert (
        topics(
            article(articleSection=name) + '<meta property="og:site_name" content="The Paper">'
        ).section
        is None
    )


def test_a_slug_is_spelt_as_the_page_spells_it() -> None:
    links = '<nav><a href="/x">Public Service</a></nav>'
    assert topics(article(articleSection="public-service") + links).section == "Public Service"
    assert topics(article(articleSection="public-service")).section == "public-service"


def test_a_menu_is_no_category_of_the_article() -> None:
    menu = "".join(f'<a href="/category/c{n}/">Category {n}</a>' for n in range(40))
    assert topics(f"<body><div>{menu}<h1>Harbour bridge</h1></div>").section is None


@pytest.mark.parametrize(
    ("html", "keywords"),
    [
        (article(keywords="bridge, harbour; Bridge"), ("bridge", "harbour")),
        (article(keywords=["bridge", "works, long"]), ("bridge", "works, long")),
        (
            '<meta property="article:tag" content="bridge"><meta property="article:tag" content="harbour">',
            ("bridge", "harbour"),
        ),
        ('<meta name="news_keywords" content="پل، بندرگاہ">', ("پل", "بندرگاہ")),
        (
            '<meta property="article:tag" content="Latest"><meta name="keywords" content="bridge,harbour">',
            ("bridge", "harbour"),
        ),
        ('<meta property="article:tag" content="Latest">', ("Latest",)),
        (
            article(
                keywords=["bridge", "_internal", "8ae9ab2d-fe1b-4230-acb8-a59b52877682", "harbour"]
            ),
            ("bridge", "harbour"),
        ),
        (
            '<main><a rel="tag" href="/t/1">#Bridge</a> <a rel="tag" href="/t/2">#Harbour</a></main>',
            ("Bridge", "Harbour"),
        ),
        ('<meta name="keywords" content="Q&amp;amp;A, talk">', ("Q&A", "talk")),
        ("<p>x</p>", ()),
    ],
)
def test_keywords_come_from_the_first_source_with_several(
    html: str, keywords: tuple[str, ...]
) -> None:
    assert topics(html).keywords == keywords


def test_an_empty_description_is_passed_over() -> None:
    html = (
        '<meta property="og:description" content=""><meta name="description" content=" ">'
        + article(description="The deck.")
    )
    found = topics(html)
    assert (found.description, found.description_source) == ("The deck.", "json-ld")
    assert topics("<p>x").description is None


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (
            "The bridge is shut. Read More The post Bridge appeared first on Paper.",
            "The bridge is shut.",
        ),
        ("The bridge is shut [&hellip;]", "The bridge is shut"),
        ("The bridge is shut […] The post Bridge appeared first on Paper.", "The bridge is shut"),
        ("The bridge is shut. Continue reading…", "The bridge is shut."),
        (
            "Why you should read more books, the post office says",
            "Why you should read more books, the post office says",
        ),
        ("Fish &amp;amp; chips", "Fish &amp; chips"),
    ],
)
def test_a_feeds_words_are_no_summary(text: str, clean: str) -> None:
    assert tidy_excerpt(text) == clean


def test_a_lone_tag_link_that_names_the_section_is_no_keyword() -> None:
    header = '<p class="entry-meta"><span class="entry-terms"><a href="/business/" rel="tag">Business</a></span></p>'
    page = parse(
        f"<body><div class='post-header'>{header}<h1>A headline</h1></div><article>x</article></body>",
        URL,
    )
    topics = find_topics(facts_of(page))
    assert (topics.section, topics.keywords) == ("Business", ())


POST = "post-88 post type-post hentry category-waterways tag-boats"


@pytest.mark.parametrize(
    "below",
    [
        "<p class='who'>Text: <a href='/people/7'>Rosa Almeida, Lisbon</a></p>",
        "<p>Text: <a rel='author' href='/rosa'>Rosa Almeida</a></p>",
        "<div class='tools category'><a href='#'>Imprimir</a> <a href='/city/2025/harbour-bridge/?print=1'>PDF</a></div>",
        "<p><a href='/photo/12'>Photo series</a></p>",
    ],
)
def test_a_link_of_a_post_s_header_is_no_section_because_of_the_post_s_own_class(
    below: str,
) -> None:
    header = (
        f"<div class='{POST}' id='news-section'><h1>Harbour bridge</h1>{below}<div>text</div></div>"
    )
    assert topics(f"<body>{header}</body>").section is None
    named = f"<span class='cat-links'><a href='/waterways/'>Waterways</a></span>{below}"
    assert topics(f"<body>{header.replace(below, named)}</body>").section == "Waterways"
