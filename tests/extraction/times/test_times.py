from datetime import UTC, datetime
from typing import TypedDict, Unpack
from zoneinfo import ZoneInfo

import pytest

from ingest.dates.country_zones import zone_of_country
from ingest.extraction.model import Moment, Times
from ingest.extraction.times.choose import find_times
from ingest.html.page import parse
from ingest.record import Precision
from ingest.sites import UNKNOWN_SITE, Select, Site
from tests.extraction.facts import facts_of

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
KARACHI = Site(name="example", domain="example.com", time_zone="Asia/Karachi")
HEADLINE = "<h1>River bridge opens after nine months</h1>"
TEXT = "<p>" + "The bridge over the river was opened to traffic on Monday morning. " * 6 + "</p>"


class Known(TypedDict, total=False):
    head: str
    site: Site
    url: str
    now: datetime


def times(body: str = "", **known: Unpack[Known]) -> Times:
    head = f"<title>River bridge opens after nine months</title>{known.get('head', '')}"
    html = f"<html lang='en'><head>{head}</head><body>{body}</body></html>"
    page = parse(html, known.get("url", "https://example.com/story"))
    site = known.get("site", UNKNOWN_SITE)
    return find_times(facts_of(page, site, now=known.get("now", NOW)))


def published(body: str = "", **known: Unpack[Known]) -> Moment:
    found = times(body, **known).published
    assert found is not None
    return found


def ld(**values: str) -> str:
    pairs = ", ".join(
        f'"{key}": "{value}"' for key, value in {"@type": "NewsArticle", **values}.items()
    )
    return f'<script type="application/ld+json">{{{pairs}}}</script>'


def meta(name: str, value: str) -> str:
    return f'<meta property="{name}" content="{value}">'


NAIVE = ld(datePublished="2025-02-05T08:53:07")


@pytest.mark.parametrize(
    "head",
    [
        ld(datePublished="2025-02-05T08:53:07+05:00"),
        ld(datePublished="2025-02-05T08:53:07+0500"),
        meta("article:published_time", "2025-02-05T03:53:07+00:00"),
        meta("article:published_time", "2025-02-05 08:53:07+05:00"),
        meta("og:article:published_time", "2025-02-05T03:53:07Z"),
        meta("DC.date.issued", "2025-02-05T03:53:07Z"),
        meta("parsely-pub-date", "2025-02-05T03:53:07Z"),
        meta("pubdate", "Wed, 05 Feb 2025 03:53:07 +0000"),
        meta("cXenseParse:recs:publishtime", "2025-02-05T03:53:07.000Z"),
        ld(**{"@type": "WebPage", "datePublished": "2025-02-05T03:53:07Z"}),
    ],
)
def test_metadata_state_the_publication(head: str) -> None:
    moment = published(head=head)
    assert datetime.fromisoformat(moment.value) == datetime(2025, 2, 5, 3, 53, 7, tzinfo=UTC)
    assert (moment.precision, moment.zone_source) == (Precision.SECOND, "page")


def test_an_instant_is_written_in_the_time_of_the_site() -> None:
    moment = published(head=ld(datePublished="2025-02-04T20:10:00Z"), site=KARACHI)
    assert moment.value == "2025-02-05T01:10:00+05:00"
    assert moment.raw == "2025-02-04T20:10:00Z"
    assert moment.zone_source == "page"


@pytest.mark.parametrize(
    ("known", "zone_source"),
    [
        (Known(head=NAIVE, site=KARACHI), "site"),
        (Known(head=NAIVE, url="https://news.example.com.pk/story"), "country"),
    ],
)
def test_a_naive_time_takes_the_zone_of_the_site_or_its_country(
    known: Known, zone_source: str
) -> None:
    moment = published(**known)
    assert (moment.value, moment.zone_source) == ("2025-02-05T08:53:07+05:00", zone_source)


def test_a_naive_time_takes_the_zone_that_another_source_proves() -> None:
    head = ld(datePublished="2025-02-05T08:53:07", dateModified="2025-02-05T09:40:00")
    found = times(head=head + meta("article:published_time", "2025-02-05T03:53:07Z"))
    assert found.published is not None
    assert found.modified is not None
    assert found.published.value == "2025-02-05T08:53:07+05:00"
    assert (found.modified.value, found.modified.zone_source) == (
        "2025-02-05T09:40:00+05:00",
        "metadata",
    )


def test_a_naive_time_of_an_unknown_zone_is_a_day() -> None:
    moment = published(head=NAIVE)
    assert (moment.value, moment.precision, moment.zone_source) == ("2025-02-05", Precision.DAY, "")


def test_a_local_time_marked_as_utc_is_not_from_the_future() -> None:
    now = datetime(2025, 2, 5, 4, 30, tzinfo=UTC)
    moment = published(head=ld(datePublished="2025-02-05T08:53:07+00:00"), site=KARACHI, now=now)
    assert (moment.value, moment.zone_source) == ("2025-02-05T08:53:07+05:00", "site")


def test_two_sources_that_agree_outweigh_one() -> None:
    head = ld(datePublished="2025-03-01T10:00:00Z") + meta(
        "article:published_time", "2025-02-05T03:53:07Z"
    )
    found = times(
        f"{HEADLINE}<time datetime='2025-02-05T03:53:07Z'>5 February 2025</time>{TEXT}", head=head
    )
    assert found.published is not None
    assert found.published.value == "2025-02-05T03:53:07+00:00"
    assert "json-ld says 2025-03-01" in found.warnings[0]


def test_a_shown_day_and_a_stated_instant_give_the_instant() -> None:
    body = f"<header>{HEADLINE}<p class='post-date'><time class='entry-time'>February 5, 2025</time></p></header>{TEXT}"
    assert (
        published(body, head=ld(datePublished="2025-02-05T03:53:07Z")).precision is Precision.SECOND
    )


def test_a_stated_day_and_a_shown_time_give_the_time() -> None:
    body = f"{HEADLINE}<div class='meta'>8:53 AM | February 05, 2025</div>{TEXT}"
    moment = published(body, head=ld(datePublished="2025-02-05"), site=KARACHI)
    assert (moment.value, moment.raw) == (
        "2025-02-05T08:53:00+05:00",
        "8:53 AM | February 05, 2025",
    )
    assert moment.source == "visible"


@pytest.mark.parametrize(
    ("shown", "value"),
    [
        ("<time datetime='2025-02-05T08:53:07+05:00'>Feb 5</time>", "2025-02-05T08:53:07+05:00"),
        (
            "<time class='entry-date updated' datetime='2025-02-05T08:53:07+05:00'>Feb 5</time>",
            "2025-02-05T08:53:07+05:00",
        ),
        ("<time datetime='Feb 05, 2025'>Feb 05, 2025</time>", "2025-02-05"),
        (
            "<span class='timeago' title='2025-02-05T08:53:07+05:00'>a day ago</span>",
            "2025-02-05T08:53:07+05:00",
        ),
        (
            "<span class='timestamp' title='2025-02-05T03:53:07 GMT'>5\u00a0Feb</span>",
            "2025-02-05T08:53:07+05:00",
        ),
        ("<p class='post-date-time'>February 05, 2025</p>", "2025-02-05"),
        ("<p>By A. Writer | Feb 5, 2025 | 8:53 am</p>", "2025-02-05T08:53:00+05:00"),
        (
            "<time class='publish-time' datetime='Wed, 05 Feb 2025'>Published On: Wed, 05 Feb 2025 13:04:31 PKT</time>",
            "2025-02-05T13:04:31+05:00",
        ),
        (
            "<p class='art_info'><span>نامہ نگار</span> <span>بدھ 5 فروری 2025 23:04</span></p>",
            "2025-02-05T23:04:00+05:00",
        ),
        (
            "<div class='share social'><span class='date'>5 February 2025</span><a href='#'>f</a></div>",
            "2025-02-05",
        ),
        (
            "<span class='posted-on'><a href='/x'>8 hours ago</a></span>",
            "2026-11-20T09:00:00+05:00",
        ),
    ],
)
def test_the_time_beside_the_headline_is_read(shown: str, value: str) -> None:
    assert published(f"<article>{HEADLINE}{shown}{TEXT}</article>", site=KARACHI).value == value


def test_a_relative_time_never_beats_an_exact_one() -> None:
    body = f"<article>{HEADLINE}<span class='date'>6 Minutes ago</span>{TEXT}</article>"
    moment = published(body, head=ld(datePublished="2026-11-19T13:29:00Z"))
    assert moment.value == "2026-11-19T13:29:00+00:00"


def test_a_relative_time_says_nothing_beside_a_stated_day() -> None:
    body = f"<article>{HEADLINE}<span class='date'>6 Minutes ago</span>{TEXT}</article>"
    assert published(body, head=ld(datePublished="2026-11-20")).value == "2026-11-20"


def test_a_midnight_that_a_program_wrote_gives_way_to_the_shown_time() -> None:
    body = f"<article>{HEADLINE}<span class='date'>5 February 2025, 8:53 AM</span>{TEXT}</article>"
    moment = published(body, head=ld(datePublished="2025-02-05T00:00:00+05:00"), site=KARACHI)
    assert moment.value == "2025-02-05T08:53:00+05:00"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "<aside><h3>More</h3><time datetime='2025-01-01T10:00:00Z'>1 January</time></aside>",
        "<div class='related'><h4>Also</h4><time datetime='2025-01-01T10:00:00Z'>1 January</time></div>",
        "<section class='comments'><h3>2 comments</h3><time datetime='2025-01-01T10:00:00Z'>1 January</time></section>",
        "<article class='teaser'><h2><a href='/b'>Other</a></h2><time datetime='2025-01-01'>1 January</time></article>",
        "<footer>Copyright 2011-2025 Example Media</footer>",
        "<p>The agreement was signed on 14 August 2024 in the presence of the mayor and of the builders.</p>",
    ],
)
def test_no_date_of_something_else_is_taken(elsewhere: str) -> None:
    assert times(f"<main>{HEADLINE}{TEXT}{elsewhere}</main>") == Times()


@pytest.mark.parametrize(
    "masthead",
    ["<header><p>{}</p></header>", "<div class='top-bar'><span class='date'>{}</span></div>"],
)
def test_the_day_of_reading_in_the_masthead_is_no_publication(masthead: str) -> None:
    assert (
        times(masthead.format("Friday, November 20, 2026") + f"<main>{HEADLINE}{TEXT}</main>")
        == Times()
    )


def test_a_date_over_the_headline_is_read() -> None:
    assert (
        published(f"<main><p class='date'>February 5, 2025</p>{HEADLINE}{TEXT}</main>").value
        == "2025-02-05"
    )


def test_updated_and_published_are_told_apart() -> None:
    body = f"{HEADLINE}<p class='date'>Published February 5, 2025 Updated February 6, 2025 08:34pm</p>{TEXT}"
    found = times(body, site=KARACHI)
    assert found.published is not None
    assert found.modified is not None
    assert (found.published.value, found.modified.value) == (
        "2025-02-05",
        "2025-02-06T20:34:00+05:00",
    )


def test_a_time_that_is_called_updated_is_no_publication() -> None:
    found = times(
        f"{HEADLINE}<p>Last updated: <time datetime='2025-02-06T10:00:00Z'>6 February</time></p>{TEXT}"
    )
    assert found.published is None
    assert found.modified is not None


def test_modified_is_there_only_where_the_page_states_it() -> None:
    assert times(head=ld(datePublished="2025-02-05T03:53:07Z")).modified is None
    same = times(head=ld(datePublished="2025-02-05T03:53:07Z", dateModified="2025-02-05T03:53:07Z"))
    assert same.modified is not None
    assert same.published is not None
    assert same.modified.value == same.published.value


def test_a_change_before_the_publication_is_left_out_with_a_warning() -> None:
    found = times(
        head=ld(datePublished="2025-02-05T03:53:07Z", dateModified="2025-02-03T10:00:00Z")
    )
    assert found.modified is None
    assert "2025-02-03T10:00:00+00:00" in found.warnings[0]


def test_the_article_of_the_page_counts_not_another_one() -> None:
    other = ld(
        headline="Other story",
        url="https://example.com/other",
        datePublished="2025-01-01T10:00:00Z",
        author="A",
    )
    own = ld(headline="River bridge opens after nine months", datePublished="2025-02-05T03:53:07Z")
    assert published(head=other + own).value == "2025-02-05T03:53:07+00:00"


def test_the_rule_of_a_site_comes_first() -> None:
    site = Site(
        name="x", domain="x.com", select=Select(published=["span.when"], modified=["span.edited"])
    )
    body = "<span class='when'>5 February 2025</span><span class='edited' title='2025-02-06T10:00:00Z'>later</span>"
    found = times(body, head=ld(datePublished="2025-03-01"), site=site)
    assert found.published is not None
    assert (found.published.value, found.published.source) == ("2025-02-05", "rule")
    assert found.modified is not None
    assert found.modified.source == "rule"


def test_the_data_of_a_script_count_where_they_name_one_day() -> None:
    assert (
        published("<script>page = {'publishedAt': '2025-02-05T03:53:07Z'}</script>").source
        == "script"
    )
    two = "<script>x = {'publishedAt': '2025-02-05'}; y = {'publishedAt': '2025-01-05'}</script>"
    assert times(two) == Times()


def test_the_address_is_the_last_resort() -> None:
    moment = published(url="https://example.com/2015/08/17/some-slug/")
    assert (moment.value, moment.precision, moment.source) == ("2015-08-17", Precision.DAY, "url")
    head = ld(datePublished="2015-08-18T01:00:00Z")
    assert published(url="https://example.com/2015/08/17/some-slug/", head=head).source == "json-ld"


@pytest.mark.parametrize(
    ("url", "zone"),
    [
        ("https://example.pk/a", "Asia/Karachi"),
        ("https://www.example.co.uk/a", "Europe/London"),
        ("https://example.de:8080/a", "Europe/Berlin"),
        ("https://example.com/a", None),
        ("https://example.tv/a", None),  # sold for its letters
        ("https://example.us/a", None),  # a country of several times
        ("https://[broken/a", None),
    ],
)
def test_the_zone_of_a_country(url: str, zone: str | None) -> None:
    assert zone_of_country(url) == (ZoneInfo(zone) if zone else None)


def test_a_teasers_time_below_short_paragraphs_is_not_the_articles() -> None:
    story = "<p>The canal board said on Wednesday that water would reach the fields soon.</p>" * 4
    own = "<time class='entry-date updated' datetime='2025-02-05T18:20:07+05:00'>February 5, 2025</time>"
    other = "<time class='entry-date' datetime='2025-02-06T01:00:00+05:00'>x</time>"
    teaser = f"<div><h3><a href='/z'>Other</a></h3>{other}</div>"
    assert (
        published(f"<h1>Canal water</h1>{own}<div>{story}</div>{teaser}").value
        == "2025-02-05T18:20:07+05:00"
    )


def test_a_local_time_marked_as_utc_takes_the_offset_that_the_markup_has_for_it() -> None:
    head = meta("article:published_time", "2025-02-05T08:53:07+00:00")
    body = f"{HEADLINE}<time datetime='2025-02-05T08:53:07-05:00'>5 February 2025</time>{TEXT}"
    assert published(body, head=head).value == "2025-02-05T08:53:07-05:00"


def test_utc_stays_where_only_a_script_has_the_same_clock_with_an_offset() -> None:
    head = meta("article:published_time", "2025-02-05T08:53:07Z")
    script = "<script>var story = {publishDate: '2025-02-05T08:53:07-05:00'}</script>"
    assert published(script, head=head).value == "2025-02-05T08:53:07+00:00"


def test_an_offset_of_the_page_is_kept_beside_a_naive_time_that_is_utc() -> None:
    head = ld(datePublished="2025-02-04T20:57:54-05:00", dateCreated="2025-02-05T01:57:54")
    assert published(head=head).value == "2025-02-04T20:57:54-05:00"


@pytest.mark.parametrize(
    "name", ["published_on", "publish-datetime", "og:pubdate", "date_posted", "DatePublication"]
)
def test_further_names_of_a_meta_with_the_publication(name: str) -> None:
    assert published(head=meta(name, "2025-02-05T03:53:07Z")).source == f"meta:{name.casefold()}"


def test_the_upload_is_the_publication_of_a_page_for_a_video_only() -> None:
    video = ld(**{"@type": "VideoObject", "uploadDate": "2025-02-05T03:53:07Z"})
    assert published(head=video).source == "json-ld:VideoObject"
    assert times(head=video + ld(headline="Other news")).published is None


def test_a_time_inside_the_headline_is_read() -> None:
    body = f"<h1>River bridge opens after nine months <time>5 February 2025</time></h1>{TEXT}"
    assert published(body).value == "2025-02-05"


def test_neighbours_without_a_blank_between_them_are_one_date() -> None:
    spans = "<span>Thursday</span><span>February 5</span><span>2026</span>"
    body = f"{HEADLINE}<div class='issue-date'>{spans}</div>{TEXT}"
    assert published(body).value == "2026-02-05"
    parts = "<b>5</b>/<b>2</b>/<b>2026</b>"
    assert published(f"{HEADLINE}<div class='issue-date'>{parts}</div>{TEXT}").value == "2026-02-05"


@pytest.mark.parametrize(
    "line",
    [
        "Stand: 5.2.2026, 14:42 Uhr",
        "Stand vom 5.2.2026",
        "Zuletzt geändert: 05.02.2026",
        "Última actualización: 5 de febrero de 2026",
        "Laatste update 5 februari 2026",
        "Last reviewed February 5, 2026",
    ],
)
@pytest.mark.parametrize("tag", ["<p>{}</p>", "<span class='date'>{}</span>"])
def test_the_day_of_a_revision_is_not_the_publication(line: str, tag: str) -> None:
    found = times(f"{HEADLINE}{tag.format(line)}{TEXT}")
    assert found.published is None
    assert found.modified is not None
    assert found.modified.value == "2026-02-05"


def test_an_update_with_only_a_clock_is_of_the_day_before_it() -> None:
    line = "Thursday, 5 February 2026, last updated 02:21 (GMT+0400)"
    found = times(f"{HEADLINE}<div class='date'>{line}</div>{TEXT}")
    assert found.published is not None
    assert found.modified is not None
    assert found.published.value == "2026-02-05"
    assert found.modified.value == "2026-02-05T02:21:00+04:00"


def test_a_change_before_the_publication_gives_way_to_the_next_source() -> None:
    head = ld(datePublished="2025-02-05T03:53:07Z", dateModified="2025-02-04T10:00:00Z")
    head += meta("article:modified_time", "2025-02-06T09:00:00Z")
    found = times(head=head)
    assert found.modified is not None
    assert found.modified.value == "2025-02-06T09:00:00+00:00"
    assert "2025-02-04T10:00:00" in found.warnings[0]


def test_a_date_under_the_article_counts_if_it_has_a_label() -> None:
    body = f"{HEADLINE}<article>{TEXT}<h3>What is next</h3>{TEXT}</article>"
    line = "<div style='text-align:right'>Post time: 5 February 2025</div>"
    assert published(f"{body}{line}").value == "2025-02-05"
    assert times(f"{body}<div style='text-align:right'>5 February 2025</div>").published is None


def test_a_standfirst_may_be_longer_than_a_paragraph() -> None:
    body = f"{HEADLINE}{TEXT}<div>5 February 2025</div>{TEXT}"
    assert published(body).value == "2025-02-05"


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("2025/feb/05/bridge", "2025-02-05"),
        ("news/2025-02/05/content_25.htm", "2025-02-05"),
        ("news/05-02-2025-bridge", "2025-02-05"),
        ("news/t20250205_99.html", "2025-02-05"),
    ],
)
def test_the_day_in_an_address_is_the_last_resort(path: str, day: str) -> None:
    moment = published(f"{HEADLINE}{TEXT}", url=f"https://example.com/{path}")
    assert (moment.value, moment.precision, moment.source) == (day, Precision.DAY, "url")


def test_a_number_in_an_address_is_not_a_day() -> None:
    for path in ("news/120250205120908039/x", "2025/02/134052.html", "story-20251305"):
        assert times(f"{HEADLINE}{TEXT}", url=f"https://example.com/{path}").published is None


def test_a_shown_date_that_contradicts_the_address_is_of_another_story() -> None:
    other = "<div><span class='date'>12 June 2024</span><p>Ferry service ends</p></div>"
    url = "https://example.com/2025/02/05/bridge"
    assert published(f"{HEADLINE}{other}{TEXT}", url=url).value == "2025-02-05"
    near = "<div><span class='date'>4 February 2025</span></div>"
    assert published(f"{HEADLINE}{near}{TEXT}", url=url).source == "visible"
    known = meta("article:published_time", "2024-06-12T10:00:00Z")
    assert published(f"{HEADLINE}{TEXT}", url=url, head=known).value == "2024-06-12T10:00:00+00:00"


def test_a_linked_heading_of_the_article_does_not_make_its_date_anothers() -> None:
    article = f"{TEXT}{TEXT}<h3><a href='/book'>A book about bridges</a></h3>{TEXT}"
    line = "<p class='date'>5 February 2025. <i>Updated: 7 February 2025</i></p>"
    found = times(f"{HEADLINE}<div>{article}{line}</div>")
    assert found.published is not None
    assert found.published.value == "2025-02-05"
    teaser = "<div><h3><a href='/x'>Ferry ends</a></h3><p class='date'>5 February 2025</p></div>"
    assert times(f"{HEADLINE}<div>{article}{teaser}</div>").published is None
    flat = "<h3><a href='/x'>Ferry ends</a></h3><p class='date'>5 February 2025</p>"
    assert times(f"{HEADLINE}<div>{article}{flat}</div>").published is None


def test_a_list_entry_without_a_link_may_hold_the_date() -> None:
    details = "<ul><li>By Asma</li><li><time datetime='2025-02-05T03:53:07Z'>then</time></li></ul>"
    assert published(f"{HEADLINE}{TEXT}{TEXT}{details}").value == "2025-02-05T03:53:07+00:00"


def test_a_label_in_a_sentence_is_not_a_date_line() -> None:
    sentence = f"<p>{'Word ' * 40}<span>published on 21 June 2017</span> and {'word ' * 40}</p>"
    assert times(f"{HEADLINE}{TEXT}{TEXT}{sentence}").published is None


@pytest.mark.parametrize(
    ("label", "day"),
    [
        ("Published on:", "5 March 2026"),
        ("تاریخ انتشار:", "۱۴ اسفند ۱۴۰۴"),
        ("تاریخ اشاعت:", "5 مارچ 2026"),
        ("نشر في:", "5 مارس 2026"),
        ("प्रकाशित:", "5 मार्च 2026"),
        ("প্রকাশ:", "০৫ মার্চ ২০২৬"),
        ("Δημοσίευση:", "5 Μαρτίου 2026"),
        ("Đăng ngày", "5 tháng 3 năm 2026"),
        ("เผยแพร่:", "5 มีนาคม 2569"),
    ],
)
@pytest.mark.parametrize(
    "markup",
    [
        "<p>{label} {day}</p>",
        "<div><div>{label}</div><div>|</div><div><div>{day}</div></div></div>",
        "<ul><li><b>{label}</b> {day}</li></ul>",
    ],
)
def test_a_labelled_line_outweighs_marked_times_of_other_stories(
    markup: str, label: str, day: str
) -> None:
    line = markup.format(label=label, day=day)
    other = (
        '<div><a href="/other">Another story</a> <span class="datetime">4 March 2026</span></div>'
    )
    assert (
        published(f"<article>{HEADLINE}{line}{TEXT}{TEXT}</article>{other}").value == "2026-03-05"
    )


@pytest.mark.parametrize(
    ("label", "day"),
    [
        ("Last updated on", "5 March 2026"),
        ("Stand:", "5. März 2026"),
        ("آخرین ویرایش:", "۱۴ اسفند ۱۴۰۴"),
        ("اپ ڈیٹ:", "5 مارچ 2026"),
        ("آخر تحديث:", "5 مارس 2026"),
        ("अपडेट:", "5 मार्च 2026"),
        ("আপডেট:", "০৫ মার্চ ২০২৬"),
        ("Τελευταία ενημέρωση:", "5 Μαρτίου 2026"),
    ],
)
@pytest.mark.parametrize(
    "markup",
    [
        "<div><span>{label}</span> <span>on</span> <span>{day}</span></div>",
        "<dl><dt>{label}</dt><dd>{day}</dd></dl>",
        '<div class="date-create">{label} <span>{day}</span></div>',
    ],
)
def test_a_labelled_change_is_not_the_publication(markup: str, label: str, day: str) -> None:
    found = times(f"<article>{HEADLINE}{markup.format(label=label, day=day)}{TEXT}</article>")
    assert found.published is None
    assert found.modified is not None
    assert found.modified.value == "2026-03-05"


def test_a_reviewer_is_not_the_label_of_a_date() -> None:
    line = "<div><p>Reviewed by A. Name</p></div><div><p>5 March 2026 <span>8 min read</span></p></div>"
    assert published(f"<article>{HEADLINE}<div>{line}</div>{TEXT}</article>").value == "2026-03-05"


def test_a_shown_publication_outweighs_the_attribute_beside_it() -> None:
    time = '<time datetime="2026-03-09T10:18:46Z">Published 5 March 2026</time>'
    assert published(f"<article>{HEADLINE}{time}{TEXT}</article>").value == "2026-03-05"


@pytest.mark.parametrize(
    "markup",
    [
        '<time datetime="2026-03-05">5 March</time>',
        '<span class="date">5 March 2026</span>',
    ],
)
def test_a_date_inside_the_headline_is_read(markup: str) -> None:
    headline = f"<h1>River bridge opens after nine months {markup}</h1>"
    assert published(f"<article>{headline}{TEXT}</article>").value == "2026-03-05"


@pytest.mark.parametrize("name", ["published_on", "article:published_on", "pdate"])
def test_metas_of_the_publication(name: str) -> None:
    assert published(head=meta(name, "2026-03-05T10:00:00Z")).value == "2026-03-05T10:00:00+00:00"


@pytest.mark.parametrize("stamp", ["1772704800", "1772704800000"])
def test_a_mark_may_have_its_time_as_a_number_only(stamp: str) -> None:
    mark = f'<span class="date" data-timestamp="{stamp}"></span>'
    value = published(f"<article>{HEADLINE}{mark}{TEXT}</article>").value
    assert value == "2026-03-05T10:00:00+00:00"


def test_a_time_before_the_text_counts_on_a_page_without_a_headline() -> None:
    text = f"<div><p>A. Name</p><p>5 March 2026</p></div><div>{TEXT}{TEXT}</div>"
    page = parse(f"<html><body>{text}</body></html>", "https://example.com/story")
    found = find_times(facts_of(page, UNKNOWN_SITE, now=NOW)).published
    assert found is not None
    assert found.value == "2026-03-05"


@pytest.mark.parametrize(
    "column",
    [
        '<aside><p class="date">5 March 2026</p><p>By A. Name</p>{links}</aside>',
        '<div class="sidebar"><h4>Published</h4><div class="post-date">5 March 2026</div>{links}</div>',
    ],
)
def test_a_column_may_begin_with_the_time(column: str) -> None:
    links = '<h3>More</h3><a href="/a">Another story</a>' * 9
    beside = column.format(links=links)
    assert published(f"<main>{HEADLINE}<div>{beside}{TEXT}</div></main>").value == "2026-03-05"


@pytest.mark.parametrize(
    "column",
    [
        '<aside><h3>Latest</h3><p class="date">5 March 2026</p></aside>',
        '<aside><ul><li><time datetime="2026-03-05">5 March</time><a href="/a">Story</a></li></ul></aside>',
        '<aside><a href="/a">Another story</a><p class="date">5 March 2026</p><h3>More</h3></aside>',
    ],
)
def test_a_column_of_stories_has_no_time_of_this_one(column: str) -> None:
    column = column.replace("</aside>", '<h3><a href="/b">Another story</a></h3></aside>')
    assert times(f"<main>{HEADLINE}<div>{column}{TEXT}</div></main>").published is None


@pytest.mark.parametrize(
    "opening", ["5 March 2026 – ", "BERLIN, 5. März 2026 -- ", "OSLO, March 5, 2026 /PRX/ -- "]
)
def test_a_report_may_open_with_its_day(opening: str) -> None:
    text = TEXT.replace("<p>", f"<p>{opening}", 1)
    assert published(f"<article>{HEADLINE}{TEXT}{text}</article>").value == "2026-03-05"


def test_a_day_in_a_sentence_is_none_of_the_article() -> None:
    text = TEXT.replace(
        "<p>", "<p>It was closed on 5 March 2026, after a <a href='/x'>storm</a>. ", 1
    )
    assert times(f"<article>{HEADLINE}{text}</article>").published is None


def test_metadata_that_repeat_the_change_are_not_the_publication() -> None:
    head = ld(datePublished="Mar 9, 2026", dateModified="Mar 9, 2026")
    shown = "<p>Published <span>5 March 2026</span></p><p>Updated <span>9 March 2026</span></p>"
    found = times(f"<article>{HEADLINE}{shown}{TEXT}</article>", head=head)
    assert found.published is not None
    assert found.modified is not None
    assert (found.published.value, found.modified.value) == ("2026-03-05", "2026-03-09")


def test_microdata_of_a_comment_are_not_the_articles() -> None:
    comment = (
        '<div itemscope itemtype="https://schema.org/Comment">'
        '<time itemprop="datePublished" datetime="2026-03-07T10:00:00Z">7 March</time></div>'
    )
    line = '<p class="date">5 March 2026</p>'
    page = f"<article>{HEADLINE}{line}{TEXT}</article>{comment}"
    assert published(page).value == "2026-03-05"


def test_an_address_may_have_the_day_and_the_clock_in_a_number() -> None:
    url = "https://example.com/news/A2026030514320005196"
    assert published(f"<article>{HEADLINE}{TEXT}</article>", url=url).value == "2026-03-05"
    url = "https://example.com/news/A2026030599320005196"
    assert times(f"<article>{HEADLINE}{TEXT}</article>", url=url).published is None


def test_the_update_of_an_entry_in_hnews_is_a_change() -> None:
    entry = (
        "<div class='hnews hentry'><h1>Gates</h1><p class='updated' title='2025-03-05T0710Z'>"
        "March 5, 2025</p></div>"
    )
    assert (changed := times(entry).modified) is not None
    assert changed.value == "2025-03-05T07:10:00+00:00"
    assert times(entry.replace("hnews ", "")).modified is None
