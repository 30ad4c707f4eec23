from datetime import UTC, datetime

import pytest

from ingest.discovery.listing import ListingPage, read_listing
from ingest.html.page import parse
from ingest.sites import UNKNOWN_SITE, Listing, Site

URL = "https://paper.example/category/city/"
STORIES = [
    (
        "Harbour bridge closes for a week of repairs",
        "/2025/03/04/harbour-bridge-closes-for-repairs/",
    ),
    ("School board votes for smaller classes", "/2025/03/04/school-board-votes-smaller-classes/"),
    ("Market square to lose its last kiosk", "/2025/03/03/market-square-loses-last-kiosk/"),
    ("Night buses return after two winters", "/2025/03/02/night-buses-return-after-two-winters/"),
]
POPULAR = [
    ("Ten years of the city's smallest museum", "/2025/02/01/ten-years-smallest-museum/"),
    ("What the river carried away last spring", "/2025/02/02/what-river-carried-away/"),
    ("Why the old cinema keeps its red seats", "/2025/02/03/why-old-cinema-red-seats/"),
    ("A baker who rises when others go to bed", "/2025/02/04/baker-rises-others-bed/"),
    ("The last lamplighter tells his story now", "/2025/02/05/last-lamplighter-tells-story/"),
]


def entry(title: str, path: str) -> str:
    return f"""<article class="post"><a href="{path}"><img src="/i.jpg"></a>
<h2 class="entry-title"><a href="{path}">{title}</a></h2><p>By <a href="/author/sana/">Sana</a>, a few words on it.</p>
<a href="{path}#comments">2 comments</a></article>"""


def page(main: str, *, head: str = "", foot: str = "", side: str = "") -> str:
    aside = "".join(f'<li><a href="{path}">{title}</a></li>' for title, path in POPULAR)
    return f"""<html><head>{head}</head><body class="content-sidebar"><nav><a href="/category/city/">City</a>
<a href="/2025/03/04/a-very-important-menu-story/">A very important menu story</a></nav>
<div class="content-sidebar-wrap"><main>{main}{foot}</main><aside class="sidebar"><h3>Popular</h3>
<ul>{aside}</ul>{side}</aside></div>
<footer><a href="/about-us-and-our-long-history/">About us and our history</a></footer>
</body></html>"""


MAIN = "".join(entry(*story) for story in STORIES)


def read(html: str, site: Site = UNKNOWN_SITE, url: str = URL) -> ListingPage:
    return read_listing(parse(html, url), site)


def paths(found: ListingPage) -> list[str]:
    return [item.url.removeprefix("https://paper.example") for item in found.candidates]


def test_the_main_list_is_read_in_page_order_without_sidebar_and_menu() -> None:
    found = read(page(MAIN))
    assert paths(found) == [path for _, path in STORIES]
    assert [item.title for item in found.candidates] == [title for title, _ in STORIES]


def test_a_repeated_link_counts_once() -> None:
    assert paths(read(page(MAIN + entry(*STORIES[0])))) == [path for _, path in STORIES]


def test_entries_in_rows_of_a_grid_are_one_list() -> None:
    rows = [f'<div class="row">{entry(*STORIES[n])}{entry(*STORIES[n + 1])}</div>' for n in (0, 2)]
    assert paths(read(page(f'<div class="grid">{"".join(rows)}</div>'))) == [
        path for _, path in STORIES
    ]


def test_a_carousel_above_the_list_is_left_out() -> None:
    slides = "".join(
        f'<div class="slide"><h3><a href="{path}">{title}</a></h3></div>' for title, path in POPULAR
    )
    found = read(page(f'<div class="carousel">{slides}</div><div class="list">{MAIN}</div>'))
    assert paths(found) == [path for _, path in STORIES]


def test_a_nav_that_was_never_closed_hides_nothing() -> None:
    html = page(MAIN).replace("</nav>", "")
    assert paths(read(html)) == [path for _, path in STORIES]


def test_links_without_headings_make_a_list_too() -> None:
    items = "".join(f'<li><div><a href="{path}">{title}</a></div></li>' for title, path in STORIES)
    assert paths(read(f"<body><h1>Latest</h1><ul>{items}</ul></body>")) == [
        path for _, path in STORIES
    ]


def test_text_fragments_are_cut_off() -> None:
    html = page(MAIN.replace('for-repairs/"', 'for-repairs/#:~:text=bridge"'))
    assert paths(read(html))[0] == STORIES[0][1]


def test_a_time_of_an_entry_is_its_publication() -> None:
    timed = MAIN.replace("<p>By", '<time datetime="2025-03-04T10:00:00+05:00">x</time><p>By', 1)
    found = read(page(timed)).candidates
    assert found[0].published == datetime(2025, 3, 4, 5, tzinfo=UTC)
    assert found[1].published is None


def test_the_definitions_selectors_win() -> None:
    site = Site(
        name="paper",
        domain="paper.example",
        listing=Listing(items=["aside li a"], next=["a.older"]),
    )
    found = read(page(MAIN, foot='<a class="older" href="/category/city/page/2/">x</a>'), site)
    assert paths(found) == [path for _, path in POPULAR]
    assert found.next_url == f"{URL}page/2/"


def test_the_definitions_article_shape_tells_articles() -> None:
    site = Site(
        name="paper",
        domain="paper.example",
        article_urls=[r"/\d{4}/03/"],
        not_article_urls=["/night-"],
    )
    assert paths(read(page(MAIN), site)) == [path for _, path in STORIES[:3]]


@pytest.mark.parametrize("url", [f"{URL}page/7/", f"{URL}?page=7"])
def test_the_last_page_of_a_list_may_have_a_single_entry(url: str) -> None:
    known = Site(name="paper", domain="paper.example", article_urls=[r"/2025/\d\d/"])
    last = page(entry(*STORIES[0]), side="")
    assert paths(read(last, known, url)) == [STORIES[0][1]]
    assert paths(read(page(""), known, url)) != [STORIES[0][1]]


def test_a_young_section_of_a_known_site_may_have_two_entries() -> None:
    known = Site(name="paper", domain="paper.example", article_urls=[r"/2025/\d\d/"])
    two = "".join(entry(*story) for story in STORIES[:2])
    plain = f"<html><body><main>{two}</main></body></html>"
    assert paths(read(plain, known)) == [path for _, path in STORIES[:2]]
    assert paths(read(plain)) == []


def test_a_page_without_a_list_gives_nothing() -> None:
    assert (
        read(
            "<p>One <a href='/2025/03/04/harbour-bridge-closes-for-repairs/'>link to a story here</a>."
        )
        == ListingPage()
    )
    assert read("") == ListingPage()


@pytest.mark.parametrize(
    ("head", "foot"),
    [
        ('<link rel="next" href="https://paper.example/category/city/page/2/">', ""),
        ('<link rel="next" href="http://paper.example/category/city/page/2/">', ""),
        ('<link rel="next" href="//paper.example/category/city/page/2/">', ""),
        ("", '<a rel="next" href="page/2/">more</a>'),
        ("", '<div class="pagination-next alignright"><a href="page/2/">Next Page »</a></div>'),
        (
            "",
            '<nav class="pagination"><a href="/category/city/">1</a> <a href="page/2/">2</a></nav>',
        ),
        ("", '<div class="nav-links"><a href="/category/city/page/2/">Older posts</a></div>'),
        ("", '<ul class="pager"><li><a href="page/2/">اگلا صفحہ</a></li></ul>'),
    ],
)
def test_the_next_page_is_found(head: str, foot: str) -> None:
    assert (
        read(page(MAIN, head=head, foot=foot)).next_url
        == "https://paper.example/category/city/page/2/"
    )


def test_the_next_page_counts_from_this_one() -> None:
    foot = "".join(f'<a href="/latest?page={n}">{n}</a> ' for n in (1, 2, 3, 4, 9))
    assert read(page(MAIN, foot=foot), url="https://paper.example/latest?page=3").next_url == (
        "https://paper.example/latest?page=4"
    )


@pytest.mark.parametrize(
    "foot",
    [
        '<a rel="next" href="https://elsewhere.example/page/2/">x</a>',
        '<a rel="next" href="/category/city/#top">x</a>',
        '<div class="pagination"><a href="/category/sport/page/2/">Next</a></div>',
        '<div class="breadcrumb"><a href="/category/">»</a></div>',
    ],
)
def test_other_links_are_no_next_page(foot: str) -> None:
    assert read(page(MAIN, foot=foot)).next_url is None
