import json

import pytest

from ingest.extraction.byline.byline import find_byline
from ingest.extraction.model import Byline
from ingest.html.page import parse, text_of
from ingest.sites import UNKNOWN_SITE, Select, Site
from tests.extraction.facts import facts_of

TITLE = "Harbour plan goes to the council"
TEXT = (
    "The council met on Monday to hear the plan for the new harbour and its cost to the town. " * 3
)
BODY = "".join(f"<p>{TEXT}</p>" for _ in range(4))


def byline(inside: str, *, head: str = "", after: str = "", site: Site = UNKNOWN_SITE) -> Byline:
    """The byline of a page whose article begins with `inside`; `after` follows the article."""
    html = (
        f'<html><head><title>{TITLE}</title><meta property="og:site_name" content="Shore Post">{head}</head>'
        f'<body><article><h1>{TITLE}</h1>{inside}<div class="entry-content">{BODY}</div></article>{after}</body></html>'
    )
    page = parse(html, "https://www.shorepost.example/2026/05/01/harbour/")
    return find_byline(facts_of(page, site))


def names(found: Byline) -> list[str]:
    return [author.name for author in found.authors]


def ld(*authors: object) -> str:
    node = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": TITLE,
        "author": list(authors),
    }
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def person(name: str) -> dict[str, str]:
    return {"@type": "Person", "name": name}


@pytest.mark.parametrize(
    "markup",
    [
        "<p>By Mira Holt</p>",
        '<p class="byline">Mira Holt</p>',
        '<span data-testid="author-name">Mira Holt</span>',
        '<a rel="author" href="/mira">Mira Holt</a>',
        '<span>By <a href="/author/mira-holt/">Mira Holt</a></span>',
        '<a href="/people/mira-holt">Mira Holt</a>',
        '<span itemprop="author" itemscope><span itemprop="name">Mira Holt</span></span>',
        '<address class="vcard"><span class="fn">Mira Holt</span></address>',
        '<p class="author-links"><a class="author-name" href="/writer/mira-holt/">Mira Holt</a></p>',
        '<div class="tdb-author-name-wrap"><span>By </span><a class="tdb-author-name" href="/a/">Mira Holt</a></div>',
        '<div class="left-authorbox"><span><a href="/author/1/mira">Mira Holt</a></span></div>',
        '<strong class="h4"><a href="/author/mira">| Mira Holt</a></strong>',
        '<span class="author_agency">Mira Holt</span>',
        "<ul><li><b>Autorin/Autor</b> Mira Holt</li></ul>",
        '<div class="ArticleAuthor_name__x1"><span>Mira Holt</span><span>Deputy Editor</span></div>',
        '<div class="meta"><span class="author">Mira Holt</span> <time>May 1, 2026</time></div>',
    ],
)
def test_visible_bylines(markup: str) -> None:
    found = byline(markup)
    assert names(found) == ["Mira Holt"]
    assert found.source == "byline"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (
            '<p class="byline">By <a href="/author/m/">Mira Holt</a> and Tom Aziz</p>',
            ["Mira Holt", "Tom Aziz"],
        ),
        (
            '<p class="by"><a rel="author">Mira Holt</a>, <a rel="author">Tom Aziz</a></p>',
            ["Mira Holt", "Tom Aziz"],
        ),
        (
            '<div class="authors"><span>Mira Holt</span> <span>Tom Aziz</span></div>',
            ["Mira Holt", "Tom Aziz"],
        ),
        (
            '<i><a href="/author/m">Mira Holt</a></i><i><a href="/author/t">Tom Aziz</a></i>',
            ["Mira Holt", "Tom Aziz"],
        ),
        (
            '<p class="author"><a href="/author/d/">Pop Culture &amp; Art</a></p>',
            ["Pop Culture & Art"],
        ),
        ('<span class="author">ویب ڈیسک</span>', ["ویب ڈیسک"]),
        ("<span>تحریر: کامران خان</span>", ["کامران خان"]),
        (
            '<p class="info"><span><img alt="Kamran Khan"> کامران خان </span><span>12 مئی</span></p>',
            ["کامران خان"],
        ),
        ('<p class="byline">By Mira Holt | Reuters</p>', ["Mira Holt", "Reuters"]),
    ],
)
def test_who_stands_in_a_byline(markup: str, expected: list[str]) -> None:
    assert names(byline(markup)) == expected


def test_author_page_and_raw_name() -> None:
    (author,) = byline(
        '<p class="byline">By <a href="/author/mira-holt/">MIRA HOLT</a></p>'
    ).authors
    assert (author.name, author.name_raw) == ("MIRA HOLT", "MIRA HOLT")
    assert author.url == "https://www.shorepost.example/author/mira-holt/"


def test_the_metadata_spells_a_name_in_capitals() -> None:
    (author,) = byline('<p class="byline">By MIRA HOLT</p>', head=ld(person("Mira Holt"))).authors
    assert (author.name, author.name_raw) == ("Mira Holt", "MIRA HOLT")


def test_visible_byline_wins_over_the_account() -> None:
    found = byline(
        '<p class="author-links"><a class="author-name">Web Desk</a></p>',
        head=ld(person("Hina Qadir")),
    )
    assert names(found) == ["Web Desk"]
    assert found.authors[0].kind == "desk"
    assert found.metadata_authors == ("Hina Qadir",)


def test_several_people_in_the_metadata_are_no_account() -> None:
    found = byline(
        '<p class="byline">Shore Post Desk</p>', head=ld(person("Mira Holt"), person("Tom Aziz"))
    )
    assert (names(found), found.source) == (["Mira Holt", "Tom Aziz"], "json-ld")


def test_line_under_the_headline_wins_over_the_account() -> None:
    assert names(byline("<p>By Mira Holt</p>", head=ld(person("Hina Qadir")))) == ["Mira Holt"]


def test_account_alone_is_the_author() -> None:
    found = byline("", head=ld(person("Hina Qadir")))
    assert (names(found), found.source, found.metadata_authors) == (["Hina Qadir"], "json-ld", ())


@pytest.mark.parametrize(
    ("head", "source"),
    [
        ('<meta name="author" content="Mira Holt">', "meta"),
        ('<meta property="article:author" content="Mira Holt">', "meta"),
        ('<meta name="parsely-author" content="Mira Holt">', "meta"),
        ('<meta name="sailthru.author" content="Mira Holt">', "meta"),
        ('<meta name="byl" content="By Mira Holt">', "meta"),
        ('<meta name="dc.creator" content="Holt, Mira">', "meta"),
        (
            '<meta name="twitter:label1" content="Written by"><meta name="twitter:data1" content="Mira Holt">',
            "meta",
        ),
        ('<meta name="author" content="Shore Post">' + ld(person("Mira Holt")), "json-ld"),
        (
            ld({"@type": "Organization", "name": "Shore Post"})
            + '<meta name="author" content="Mira Holt">',
            "meta",
        ),
        (ld({"name": [person("Mira Holt")]}), "json-ld"),
        (ld({"@type": "Person", "givenName": "Mira", "familyName": "Holt"}), "json-ld"),
    ],
)
def test_metadata_where_nothing_is_visible(head: str, source: str) -> None:
    found = byline("", head=head)
    assert (names(found), found.source) == (["Mira Holt"], source)


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:author" content="https://www.facebook.com/shorepost">',
        '<meta name="author" content="105092">',
        '<meta name="author" content="admin">',
        '<meta name="author" content="m.holt@shorepost.example">',
        '<meta name="twitter:creator" content="@shorepost">',
        '<meta name="smartbanner:author" content="App Maker">',
        "",
    ],
)
def test_an_empty_list_is_better_than_a_wrong_name(head: str) -> None:
    assert names(byline("", head=head)) == []


def test_an_organisation_is_a_desk() -> None:
    (author,) = byline(
        "", head=ld({"@type": "NewsMediaOrganization", "name": "Shore Post"})
    ).authors
    assert (author.name, author.kind) == ("Shore Post", "desk")


def test_metadata_tells_names_from_labels_and_labels_from_names() -> None:
    markup = '<div class="byline"><a class="x">Mira Holt</a><a class="y">Harbour Life</a></div>'
    assert names(byline(markup, head=ld(person("Mira Holt")))) == ["Mira Holt"]


def test_second_author_that_the_metadata_leaves_out() -> None:
    markup = '<div class="byline"><span class="author">Mira Holt</span> <span class="author">Tom Aziz</span></div>'
    assert names(byline(markup, head=ld(person("Tom Aziz")))) == ["Tom Aziz", "Mira Holt"]


@pytest.mark.parametrize(
    "elsewhere",
    [
        '<ol class="comment-list"><li class="comment"><b class="fn author">Angry Reader</b><p>No!</p></li></ol>',
        '<aside class="sidebar"><p class="byline">By Other Person</p></aside>',
        '<div class="related-posts"><span class="author">Other Person</span></div>',
        '<nav><a href="/author/other">Other Person</a></nav>',
        '<footer><span class="author">Other Person</span></footer>',
        '<figure><figcaption class="author">Other Person</figcaption></figure>',
        '<article><h2><a href="/2">Other story</a></h2><span class="author">Other Person</span></article>',
        '<ul><li><h3><a href="/2">Other story</a></h3><p>By Other Person</p></li></ul>',
        '<blockquote>Well said. <cite class="author">Other Person</cite></blockquote>',
        '<div class="breadcrumb author">Home News</div>',
    ],
)
def test_names_of_others_are_no_authors(elsewhere: str) -> None:
    assert names(byline("", after=elsewhere)) == []
    assert names(byline('<p class="byline">Mira Holt</p>', after=elsewhere)) == ["Mira Holt"]


def test_teasers_far_below_are_no_byline() -> None:
    teaser = '<div><span class="author">{0} One</span>' + "<span></span>" * 20 + "</div>"
    after = "<span></span>" * 100 + "".join(
        teaser.format(name) for name in ("Anna", "Berta", "Carla")
    )
    assert names(byline("", after=after)) == []


def test_class_words_of_a_post_are_no_byline() -> None:
    html = (
        f'<div class="post-7 post type-post hentry category-news author-web-desk"><h1>{TITLE}</h1>'
        f'<p class="byline">Mira Holt</p>{BODY}</div>'
    )
    page = parse(html, "https://www.shorepost.example/1")
    assert names(find_byline(facts_of(page))) == ["Mira Holt"]


def test_a_bold_name_alone_at_the_end_signs_the_article() -> None:
    html = f"<h1>{TITLE}</h1><div>{BODY}<p><strong>Mira Holt</strong></p></div>"
    page = parse(html, "https://www.shorepost.example/1")
    assert names(find_byline(facts_of(page))) == ["Mira Holt"]


def test_a_bold_sentence_signs_nothing() -> None:
    html = f"<h1>{TITLE}</h1><div><p><b>The Harbour Board (HB) runs the port.</b></p>{BODY}</div>"
    page = parse(html, "https://www.shorepost.example/1")
    assert names(find_byline(facts_of(page))) == []


def test_the_sites_selectors_win_outright() -> None:
    site = Site(name="shore", domain="shorepost.example", select=Select(authors=[".by-the-way a"]))
    markup = '<p class="byline">Other Person</p><div class="by-the-way"><a href="/w/mira">Mira Holt</a></div>'
    found = byline(markup, head=ld(person("Hina Qadir")), site=site)
    assert (names(found), found.source) == (["Mira Holt"], "rule")
    assert found.metadata_authors == ("Hina Qadir",)


def test_selectors_that_match_nothing_leave_the_general_way() -> None:
    site = Site(name="shore", domain="shorepost.example", select=Select(authors=[".gone"]))
    assert names(byline('<p class="byline">Mira Holt</p>', site=site)) == ["Mira Holt"]


def test_desks_of_the_definition() -> None:
    site = Site(name="shore", domain="shorepost.example", desks=["Hill and Dale"])
    (author,) = byline('<p class="byline">By Hill and Dale</p>', site=site).authors
    assert (author.name, author.kind) == ("Hill and Dale", "desk")


def test_the_byline_stays_out_of_the_body_and_the_tree_stays_whole() -> None:
    html = f'<h1>{TITLE}</h1><div><p class="byline">By Mira Holt</p>{BODY}<p class="author">Mira Holt</p></div>'
    page = parse(html, "https://www.shorepost.example/1")
    before = text_of(page.tree)
    found = find_byline(facts_of(page))
    assert [text_of(element) for element in found.elements] == ["By Mira Holt", "Mira Holt"]
    assert text_of(page.tree) == before


@pytest.mark.parametrize(
    "html",
    ["", "<h1></h1>", "<p>By </p>", "<body>", '<a rel="author">', "<div class=author>" * 300],
)
def test_any_page_gives_a_byline(html: str) -> None:
    page = parse(html, "https://www.shorepost.example/1")
    assert find_byline(facts_of(page)).authors == ()


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("نویسنده:", "رضا محمدی"),
        ("گزارش از", "رضا محمدی"),
        ("به قلم", "رضا محمدی"),
        ("از قلم:", "سارہ خان"),
        ("رپورٹ:", "سارہ خان"),
        ("रिपोर्ट:", "राहुल शर्मा"),
        ("द्वारा", "राहुल शर्मा"),
        ("প্রতিবেদন:", "রহিম উদ্দিন"),
        ("إعداد:", "أحمد علي"),
        ("كتبت -", "سارة محمود"),
        ("Текст:", "Иван Петров"),
        ("Γράφει ο", "Γιώργος Παπάς"),
        ("מאת:", "יוסי כהן"),
        ("எழுதியவர்:", "ராஜன் குமார்"),
        ("文／", "张三"),
        ("글", "김철수"),
        ("Haber:", "Ali Kaya"),
    ],
)
@pytest.mark.parametrize(
    "markup",
    [
        "<p>{label} {name}</p>",
        "<div><span>{label}</span> <span>{name}</span></div>",
        '<p><b>{label}</b> <a href="/x/y">{name}</a></p>',
    ],
)
def test_labels_of_many_languages_mark_the_author(markup: str, label: str, name: str) -> None:
    assert names(byline(markup.format(label=label, name=name))) == [name]


@pytest.mark.parametrize(
    "text", ["DI-friendly", "Text-based adventures", "Report of the council", "Textbooks: a list"]
)
def test_words_that_begin_as_a_label_are_none(text: str) -> None:
    assert names(byline(f"<p><strong>{text}</strong> are in the plan.</p>")) == []


@pytest.mark.parametrize(
    "title",
    [
        "Certified Pediatric Sleep Consultant",
        "Digital-Security Expert",
        "Professor of Law",
        "Chief Economist at Example Bank",
        "Research Fellow, Health and Welfare Policy",
    ],
)
@pytest.mark.parametrize(
    "markup",
    [
        '<p class="byline">By Mira Holt, {title}</p>',
        '<div class="byline"><span>Mira Holt</span><br><span>{title}</span></div>',
        '<div><a class="author__name" href="/author/mira">Mira Holt</a><div class="author__position">{title}</div></div>',
    ],
)
def test_a_job_of_several_words_is_no_second_author(markup: str, title: str) -> None:
    assert names(byline(markup.format(title=title))) == ["Mira Holt"]


@pytest.mark.parametrize(
    "beside",
    [
        '<a href="/smart-home" rel="category tag">Smart Home</a>',
        '<span class="byline__category"><a href="/wellness">Wellness &amp; Prevention</a></span>',
        "<span>Karachi</span>",
    ],
)
def test_topics_and_places_beside_a_name_are_no_authors(beside: str) -> None:
    assert names(byline(f'<p class="byline"><span>Mira Holt</span> {beside}</p>')) == ["Mira Holt"]


def test_a_topic_alone_is_no_author() -> None:
    line = '<section class="byline"><span class="byline__category"><a href="/x">Health</a></span></section>'
    assert names(byline(line)) == []


@pytest.mark.parametrize(
    "words", ["Latest Posts", "Related Articles", "Search for", "Reading Time"]
)
def test_words_of_the_page_are_no_authors(words: str) -> None:
    assert names(byline(f'<div class="author"><a href="#">{words}</a></div>')) == []


def test_a_person_in_a_sentence_is_no_author() -> None:
    told = '<a href="/people/mira-holt">Mira Holt</a>'
    sentence = f"<p>{told} told the council on Monday that the harbour would cost the town twice as much as planned.</p>"
    assert names(byline(sentence)) == []


def test_a_person_or_thing_of_the_headline_is_no_author() -> None:
    assert names(byline("<p><strong>Harbour Plan</strong></p>")) == []
    assert names(byline('<p><a href="/people/harbour-plan">Harbour Plan</a></p>')) == []


def test_bold_type_before_a_list_is_a_heading() -> None:
    page = "<div><p>Words.</p><p><strong>Best Practices</strong></p><ul><li>One</li></ul></div>"
    assert names(byline(page)) == []


def test_all_linked_names_of_a_list_are_authors() -> None:
    links = ", ".join(
        f'<a class="x" href="/author/{number}">{name}</a>'
        for number, name in enumerate(("Mira Holt", "Jonas Berg", "Asad Khan"))
    )
    head = '<meta name="author" content="Mira Holt">'
    found = byline(f"<div>{links}</div>", head=head)
    assert names(found) == ["Mira Holt", "Jonas Berg", "Asad Khan"]


def test_a_photographer_in_a_list_of_links_is_no_author() -> None:
    links = (
        '<span><a class="x" href="/staff/mira">Mira Holt</a><span>Writer</span></span>'
        '<span><a class="x" href="/staff/jonas">Jonas Berg</a><span>Photographer</span></span>'
    )
    assert names(byline(f"<div>{links}</div>")) == ["Mira Holt"]


@pytest.mark.parametrize(
    "bio",
    [
        '<div class="author-box"><div>Mira Holt</div><p>Mira Holt is a growth-focused professional.</p></div>',
        "<h3>Written by Mira Holt</h3><p>Mira Holt is a finance writer in the north.</p>",
        '<p><img src="m.jpg" alt="Mira Holt"></p><p>Mira Holt is a freelance travel writer.</p>',
    ],
)
def test_a_bio_names_the_author_of_a_page_without_a_byline(bio: str) -> None:
    assert names(byline("", after=f"<div>{bio}</div>")) == ["Mira Holt"]


def test_bios_of_several_people_name_no_author() -> None:
    bios = "".join(
        f"<h3>{name}</h3><p>{name} is a writer in the north.</p>"
        for name in ("Mira Holt", "Jonas Berg")
    )
    assert names(byline("", after=f"<div>{bios}</div>")) == []


def test_a_line_names_the_author_of_a_page_without_a_headline() -> None:
    html = f"<html><body><p>By <!-- -->Mira Holt</p>{BODY}</body></html>"
    page = parse(html, "https://www.shorepost.example/2026/05/01/harbour/")
    assert names(find_byline(facts_of(page, UNKNOWN_SITE))) == ["Mira Holt"]


def test_a_name_below_the_papers_own_is_the_author() -> None:
    own = '<p class="byline">Shore Post</p>'
    text = f"<div><p><em>A short standfirst</em></p><p><strong>Mira Holt/Jonas Berg</strong></p>{BODY}</div>"
    assert names(byline(own + text)) == ["Mira Holt", "Jonas Berg"]


@pytest.mark.parametrize("company", ["Shore Media GmbH", "Northern Bikes Inc", "Naturstrom AG"])
def test_a_company_of_the_metadata_is_no_author(company: str) -> None:
    assert names(byline("", head=f'<meta name="author" content="{company}">')) == []


def test_an_account_of_the_metadata_is_no_author() -> None:
    assert names(byline("", head=ld(person("mdelatorreq6vkpg2ma0ci")))) == []


def test_many_things_far_from_the_headline_are_no_authors() -> None:
    far = "<p>x</p>" * 160
    things = "Tamworth<br>Vietnam<br>Sheridan<br>Becketts Close"
    assert names(byline("", after=f"{far}<address>{things}</address>")) == []
