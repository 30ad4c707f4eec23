import pytest

from ingest.extraction.headline.headline import find_headline
from ingest.extraction.model import Headline
from ingest.html.page import parse
from ingest.sites import UNKNOWN_SITE, Select, Site
from tests.extraction.facts import facts_of

TITLE = "River bridge opens after nine months"
TEXT = "<p>" + "The bridge over the river was opened to traffic on Monday morning. " * 6 + "</p>"
LOGO = "<h1 class='logo'><a href='/'>Example Times</a></h1>"


def headline(
    body: str, *, title: str = f"{TITLE} - Example Times", head: str = "", site: Site = UNKNOWN_SITE
) -> Headline:
    named = '<meta property="og:site_name" content="Example Times">'
    html = f"<html><head><title>{title}</title>{named}{head}</head><body>{body}</body></html>"
    page = parse(html, "https://www.example-times.com/story")
    found = find_headline(facts_of(page, site))
    assert found is not None
    return found


def og(title: str) -> str:
    return f'<meta property="og:title" content="{title}">'


@pytest.mark.parametrize(
    "body",
    [
        f"<article><h1>{TITLE}</h1>{TEXT}</article>",
        f"<header>{LOGO}</header><main><h1>{TITLE}</h1>{TEXT}</main>",
        f"<div class='post-header'><h1>{TITLE}</h1></div><article>{TEXT}</article>",
        f"<main><h1>{TITLE}</h1>{TEXT}</main><h1>LIVE: Budget session in the assembly</h1>",
        f"<h1>LIVE: Budget session in the assembly</h1><main><h1>{TITLE}</h1>{TEXT}</main>",
        f"{LOGO}<article class='story'><h2 class='story__title'>{TITLE}</h2>{TEXT}</article><h2>Another</h2>",
        f"<div><div itemprop='headline'>{TITLE}</div>{TEXT}</div>",
        f"<h1>Example Times</h1><div class='page-title'>{TITLE}</div>{TEXT}",
        f"<h1>River bridge <em>opens</em> after<br>nine months</h1>{TEXT}",
        f"<h1>River bridge opens after nine mon\u00adths</h1>{TEXT}",
        f"<h1>{TITLE} | Example Times</h1>{TEXT}",
    ],
)
def test_the_headline_that_the_page_shows(body: str) -> None:
    assert headline(body).text == TITLE


def test_what_is_found_says_where() -> None:
    found = headline(f"<h1>{TITLE}</h1>{TEXT}")
    assert found.source == "h1"
    assert found.element is not None
    assert found.element.tag == "h1"
    assert headline(TEXT).source == "title"
    assert headline(TEXT).element is None


def test_a_headline_of_the_metadata_loses_the_name_of_the_site() -> None:
    assert headline(TEXT).text == TITLE
    assert headline(TEXT, title=f"Example Times | {TITLE} | News").text == f"{TITLE} | News"
    assert (
        headline(TEXT, head=og("Ships &amp; boats &#8211; a survey")).text
        == "Ships & boats – a survey"
    )


def test_a_page_without_any_title_has_no_headline() -> None:
    page = parse(f"<body>{TEXT}</body>", "https://example.com/")
    assert find_headline(facts_of(page)) is None


def test_the_title_for_search_engines_is_kept_apart() -> None:
    found = headline(
        f"<h1>{TITLE}</h1>{TEXT}", title="Bridge news: all about the new bridge | Example Times"
    )
    assert (found.text, found.seo_title) == (TITLE, "Bridge news: all about the new bridge")
    assert headline(f"<h1>{TITLE}</h1>{TEXT}").seo_title is None
    assert (
        headline(
            f"<h1>{TITLE}</h1>{TEXT}", title=f"{TITLE.upper()} | Business | Example Times"
        ).seo_title
        is None
    )


@pytest.mark.parametrize(
    "other",
    [
        "<h1><a href='https://www.example-times.com/'>River bridge</a></h1>",
        "<div class='sidebar'><h1>River bridge opens</h1></div>",
        "<nav><h1>River bridge opens</h1></nav>",
        "<h1 class='sr-only'>River bridge opens</h1>",
    ],
)
def test_an_h1_elsewhere_is_passed_over_though_it_is_like_the_title(other: str) -> None:
    assert (
        headline(f"{other}<article><h2>{TITLE}</h2>{TEXT}</article><h1>Notes and queries</h1>").text
        == TITLE
    )


def test_an_h1_that_is_no_title_of_the_metadata_is_the_headline_where_nothing_else_is() -> None:
    found = headline(
        f"<h1>A crossing at last</h1>{TEXT}",
        title="Bridge inauguration ceremony, Monday | Example Times",
    )
    assert found.text == "A crossing at last"


@pytest.mark.parametrize(
    "crumbs",
    [
        "<ol><li><a href='/news/'>News</a></li><li><h1>Bridge opening: all you need to know</h1></li></ol>",
        "<div class='breadcrumb'><a href='/news/'>News</a><h1>Bridge opening: all you need to know</h1></div>",
    ],
)
def test_an_h1_among_the_breadcrumbs_is_not_what_the_page_shows(crumbs: str) -> None:
    body = f"{crumbs}<article><h2>{TITLE}</h2>{TEXT}</article>"
    assert (
        headline(body, title="Bridge opening: all you need to know", head=og(TITLE)).text == TITLE
    )
    alone = headline(f"{crumbs}{TEXT}", title="Bridge opening: all you need to know")
    assert alone.text == "Bridge opening: all you need to know"


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        (f"<span class='kicker'>Infrastructure news</span> {TITLE}", TITLE),
        (
            f"<span class='kicker'>Infrastructure news</span> <span>{TITLE}</span>",
            "Something else altogether, for search",
        ),
        (f"<span class='x'>Infrastructure</span><span>{TITLE}</span>", TITLE),
        (f"<span>LIVE</span> {TITLE}", f"LIVE {TITLE}"),
        (f"<strong>Opinion |</strong> {TITLE}", f"Opinion | {TITLE}"),
        (f"<span>{TITLE}</span><span class='subtitle'>A ferry is no longer needed</span>", TITLE),
    ],
)
def test_what_stands_beside_the_headline_inside_the_heading_is_left_out(
    heading: str, title: str
) -> None:
    assert headline(f"<h1>{heading}</h1>{TEXT}", title=f"{title} - Example Times").text == TITLE


def test_the_parts_of_a_heading_are_joined_as_the_metadata_join_them() -> None:
    body = f"<h1><span>New crossing</span><span>{TITLE}</span></h1>{TEXT}"
    assert headline(body, head=og(f"New crossing: {TITLE}")).text == f"New crossing: {TITLE}"


def test_the_rule_of_a_site_comes_first() -> None:
    site = Site(
        name="x", domain="x.com", select=Select(headline=[".hed"], alternative_headline=[".under"])
    )
    found = headline(
        f"<h1>{TITLE}</h1><b class='hed'>Shown here</b>{TEXT}<i class='under'>And below</i>",
        site=site,
    )
    assert (found.text, found.alternative, found.source) == ("Shown here", "And below", "rule")


DECK = "A ferry is no longer needed between the two towns"


@pytest.mark.parametrize(
    "below",
    [
        f"<h2>{DECK}</h2>",
        f"<div class='intro'><h2>{DECK}</h2></div><p>By A. Writer</p>",
        f"<p class='story-excerpt'>{DECK}</p>",
        f"<p class='article__standfirst'>{DECK}</p>",
        f"<div class='post-meta'>By A. Writer</div><div class='sub-title'>{DECK}</div>",
        f"<p class='contentHeaderDek'>{DECK}</p>",
        f"<p class='post-shoulder'>{DECK}</p>",
        f"<p itemprop='alternativeHeadline'>{DECK}</p>",
        f"<p>{DECK}</p>",
    ],
)
def test_the_deck_is_found_below_the_headline(below: str) -> None:
    found = headline(
        f"<article><header><h1>{TITLE}</h1>{below}</header><div class='entry-content'>{TEXT}</div></article>"
    )
    assert found.alternative == DECK
    assert found.deck is not None


@pytest.mark.parametrize(
    "below",
    [
        TEXT,
        f"<p class='lead'>{TITLE}</p>{TEXT}",
        f"<p>By A. Writer, 5 February 2025</p>{TEXT}",
        f"<header><p>First of two lines</p><p>Second of two lines</p></header>{TEXT}",
        f"<figure><img src='a.jpg'><figcaption class='description'>{DECK}</figcaption></figure>{TEXT}",
        f"<ul class='summary'><li>{DECK}</li></ul>{TEXT}",
        f"<h2><a href='/other'>{DECK}</a></h2>{TEXT}",
        f"<div class='author-description'>{DECK}</div>{TEXT}",
        f"{TEXT}<h2>{DECK}</h2>{TEXT}",
        f"{TEXT}<div class='summary'>{DECK}</div>",
        f"<aside><h3>More</h3><p class='excerpt'>{DECK}</p></aside>{TEXT}",
        f"<div class='related'><h3>More</h3><p class='excerpt'>{DECK}</p></div>{TEXT}",
    ],
)
def test_no_part_of_the_text_or_of_another_story_is_a_deck(below: str) -> None:
    assert headline(f"<article><h1>{TITLE}</h1>{below}</article>").alternative is None


def test_the_title_of_another_article_in_json_ld_is_not_the_page_s() -> None:
    other = '{"@type": "NewsArticle", "headline": "Mill closes", "url": "https://x.com/mill", "author": "A. Writer"}'
    own = f'{{"@type": "NewsArticle", "headline": "{TITLE}"}}'
    head = "".join(f'<script type="application/ld+json">{node}</script>' for node in (other, own))
    assert headline(TEXT, head=head).text == TITLE


def test_the_kicker_of_a_headline_in_microdata_is_in_the_heading_around_it() -> None:
    body = (
        "<ol class='breadcrumb'><li><h1>Bakers strike over night shifts</h1></li></ol><h2><span class='kicker'>Flour"
        f"</span> <span itemprop='headline'>Bakers strike over night shifts</span></h2>{TEXT}"
    )
    title = "Flour: Bakers strike over night shifts"
    assert headline(body, title=title).text == title


def test_a_title_that_the_parser_moves_into_the_body_is_read() -> None:
    page = parse(
        f"stray<html><head><title>{TITLE}</title></head><body><svg><title>Search</title></svg>{TEXT}</body></html>",
        "https://www.example-times.com/story",
    )
    found = find_headline(facts_of(page))
    assert found is not None
    assert found.text == TITLE


def found_on(body: str, *, title: str, url: str = "https://www.example-times.com/a/7.htm") -> str:
    found = find_headline(facts_of(parse(f"<title>{title}</title><body>{body}</body>", url)))
    assert found is not None
    return found.text


@pytest.mark.parametrize(
    "title",
    [
        f"Example Times: {TITLE}",
        f"ExampleTimes.com > Region > Towns -- {TITLE}",
        f"{TITLE}-Towns-Region-Example Times",
        f"{TITLE} | REGION | Weather, traffic and sport from the Example Times newsroom",
    ],
)
@pytest.mark.parametrize(
    "shown",
    [
        f"<table><tr><td><font size=5><b>{TITLE}</b></font></td></tr></table>",
        f"<form id='aspnet'><span style='font-weight:bold'>{TITLE}</span>{TEXT}</form>",
        f"<p class='big'>{TITLE}<br></p>",
    ],
)
def test_a_headline_without_a_heading_is_a_part_of_the_title(title: str, shown: str) -> None:
    body = f"<table><tr><td>Weather, traffic and sport</td></tr></table>{shown}{TEXT}"
    assert found_on(body, title=title) == TITLE


@pytest.mark.parametrize(
    "shown",
    [
        f"<div class='hnews hentry'><h3>Share this story now</h3><span class='entry-title'>{TITLE}</span>",
        f"<h1>Region</h1><div><h1>{TITLE}</h1>",
        f"<h4>The best of the week</h4><h3>{TITLE}</h3>",
        f"<div class='articletitle'>{TITLE}</div>",
    ],
)
def test_a_headline_that_no_title_names_is_known_by_its_markup(shown: str) -> None:
    body = f"{shown}{TEXT}<h2 class='headline'>Another story of the same day</h2>"
    assert found_on(body, title="The Example Times - Region") == TITLE


def test_a_class_of_a_headline_is_believed_against_a_title_if_one_element_has_it() -> None:
    title = "All the news from the wire of the river"
    shown = f"<span class='headline entry-title'>{TITLE}</span>{TEXT}"
    assert found_on(shown, title=title) == TITLE
    twice = f"<span class='headline'>Budget session in the assembly</span>{shown}"
    assert found_on(twice, title=title) == title


def test_a_link_that_shares_the_page_names_its_headline() -> None:
    share = (
        "<a href='https://share.example.org/submit?url=https://www.example-times.com/a/7.htm&amp;title="
        f"{TITLE.replace(' ', '+')}'>Share</a>"
    )
    body = f"<div class='sh'>{TITLE}</div>{TEXT}{share}"
    assert found_on(body, title="Example Times") == TITLE
    assert found_on(f"{TEXT}{share}", title="Example Times") == TITLE
    other = parse(body.replace("7.htm", "8.htm"), "https://www.example-times.com/a/7.htm")
    assert find_headline(facts_of(other)) is None


AUTHOR = "<div class='by'>By <a rel='author' href='/people/7'>Rosa Almeida Prado</a></div>"


@pytest.mark.parametrize(
    "below",
    [
        "<h2>15 mars 2026 à 10h30</h2>",
        "<h3 class='subtitle'>Zuletzt aktualisiert am Mittwoch, 18. März 2026, 9:22 Uhr</h3>",
        "<div class='article-lead'>2026年3月18日 15:45 发布</div>",
        "<h2>Sonntag, 15. März, 9:22 Uhr</h2>",
        "<h2>Updated 3 hours ago</h2>",
        "<div class='excerpt'>hace 12 minutos</div>",
        "<p class='intro'>Lesezeit: etwa 4 Minuten</p>",
        "<h2>4-minute read</h2>",
        "<div class='excerpt'>Tiempo de lectura: 7 min</div>",
        "<div class='summary'>阅读时间约 5 分钟</div>",
        "<div class='desc'>Время чтения: 3 минуты</div>",
        "<div class='lead'><span class='bild'><img src='/a.jpg'><em>The old bridge in winter</em></span></div>",
        "<figure-box class='picture-box'><img src='/a.jpg'><p class='lead'>The old bridge in winter</p></figure-box>",
        "<div><img src='/a.jpg' alt='The old bridge in winter'><p class='lead'>The old bridge in winter</p></div>",
        "<section class='contributor'><p class='summary'>Grew up by the river and writes of boats.</p></section>",
        "<div class='autorenbox'><p class='summary'>Kennt jede Brücke und wohnt auf einem Boot.</p></div>",
        "<p class='summary'>The author of this column lives on a boat.</p>",
        f"{AUTHOR}<p class='intro'>Rosa Almeida Prado schreibt seit 2011 über Brücken und Häfen.</p>",
    ],
)
def test_a_date_a_reading_time_a_caption_and_a_bio_are_no_deck(below: str) -> None:
    found = headline(f"<div class='top'><h1>{TITLE}</h1>{below}</div><div>{TEXT}</div>")
    assert found.alternative is None
    assert found.deck is None
    deck = f"{below}<p class='standfirst'>{DECK}</p>"
    assert headline(f"<h1>{TITLE}</h1>{deck}<div>{TEXT}</div>").alternative == DECK


@pytest.mark.parametrize(
    "deck",
    [
        "The council met on 15 March 2026 to settle a long quarrel over boats.",
        "Why a 4-minute crossing took nine months to build",
        "A year ago 12 boats crossed here each day",
    ],
)
def test_a_deck_may_name_a_day_or_a_number_of_minutes(deck: str) -> None:
    assert headline(f"<h1>{TITLE}</h1><h2>{deck}</h2>{TEXT}").alternative == deck


def test_a_deck_inside_the_heading_is_not_lost() -> None:
    found = headline(f"<h1>{TITLE} <span class='subtitle'>{DECK}</span></h1>{TEXT}")
    assert (found.text, found.alternative) == (TITLE, DECK)


@pytest.mark.parametrize(
    "heading", ["(0) Comments", "3 Kommentare", "Aucun commentaire", "Yorumlar (12)", "评论 (5)"]
)
def test_the_heading_of_the_comments_is_no_headline(heading: str) -> None:
    assert headline(f"<div>{TEXT}</div><h1>{heading}</h1>").text == TITLE
    shown = f"<h1>{heading}</h1><div><h1>{TITLE}</h1>{TEXT}</div>"
    assert headline(shown, title="Bridge news of the whole month").text == TITLE


def test_an_h1_with_the_name_of_a_blog_gives_way_to_the_rest_of_the_title() -> None:
    shown = (
        f"<h1>Letters from the river</h1><div><h2>{TITLE} at last, to some relief</h2>{TEXT}</div>"
    )
    title = f"Letters from the river : {TITLE} at last, to some relief"
    assert headline(shown, title=title).text == f"{TITLE} at last, to some relief"
    song = f"<h1>River bridge</h1><h2>The Nine Months and their Orchestra</h2>{TEXT}"
    title = "The Nine Months and their Orchestra - River bridge"
    assert headline(song, title=title).text == "River bridge"
