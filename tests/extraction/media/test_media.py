import json

import pytest

from ingest.extraction.media.images import image_key
from ingest.extraction.media.media import find_media
from ingest.extraction.model import Media
from ingest.html.page import parse
from ingest.sites import UNKNOWN_SITE, Select, Site
from tests.extraction.facts import facts_of

URL = "https://paper.example/2025/03/04/harbour-bridge/"
P = "<p>The harbour bridge closes on Tuesday, and the repairs will take about a week, the council said.</p>"
CDN = "https://paper.example/uploads"


def media(html: str, site: Site = UNKNOWN_SITE) -> Media:
    page = parse(html, URL)
    return find_media(facts_of(page, site))


def story(inner: str, *, before: str = "", after: str = "") -> str:
    text = f"<div class='text'>{P}{inner}{P}</div>"
    return f"<body><article><h1>Harbour bridge closes</h1>{before}{text}{after}</article></body>"


def ld(**values: object) -> str:
    article = {"@type": "NewsArticle", "headline": "Bridge", **values}
    return f'<script type="application/ld+json">{json.dumps(article)}</script>'


def urls(found: Media) -> list[str]:
    return [image.url.removeprefix(CDN) for image in found.images]


@pytest.mark.parametrize(
    ("html", "name", "source"),
    [
        (
            '<meta property="og:image" content="/uploads/a.jpg">' + ld(image="/uploads/b.jpg"),
            "/a.jpg",
            "meta",
        ),
        (
            '<meta property="og:image" content="/uploads/logo.png">' + ld(image="/uploads/b.jpg"),
            "/b.jpg",
            "json-ld",
        ),
        (ld(image={"@type": "ImageObject", "url": "/uploads/b.jpg"}), "/b.jpg", "json-ld"),
        (ld(image=[{"contentUrl": "/uploads/b.jpg"}, "/uploads/c.jpg"]), "/b.jpg", "json-ld"),
        ('<meta name="twitter:image" content="//paper.example/uploads/t.jpg">', "/t.jpg", "meta"),
        ('<meta property="og:image" content="/uploads/logo.png">', "/logo.png", "meta"),
        (story('<img src="/uploads/in.jpg">'), "/in.jpg", "article"),
    ],
)
def test_the_main_image(html: str, name: str, source: str) -> None:
    found = media(html)
    assert found.main_image is not None
    assert (found.main_image.url.removeprefix(CDN), found.main_image_source) == (name, source)


def test_a_page_without_images() -> None:
    assert media(story("")) == Media()
    assert media("") == Media()


def test_the_main_image_takes_its_caption_from_the_article() -> None:
    figure = '<figure><img src="/uploads/bridge-300x200.jpg"><figcaption>At dusk. Photo: Sana</figcaption></figure>'
    found = media(
        f'<meta property="og:image" content="/uploads/bridge-1024x683.jpg">{story("", before=figure)}'
    )
    assert found.main_image is not None
    assert found.main_image.url == f"{CDN}/bridge-1024x683.jpg"
    assert (found.main_image.caption, found.main_image.credit_text) == ("At dusk.", "Sana")


def test_json_ld_gives_caption_and_credit_but_no_headline_as_caption() -> None:
    found = media(
        ld(image={"url": "/uploads/b.jpg", "caption": "Bridge", "creditText": "Photo: Sana"})
    )
    assert found.main_image is not None
    assert (found.main_image.caption, found.main_image.credit_text) == (None, "Sana")


@pytest.mark.parametrize(
    "image",
    [
        '<img src="/uploads/a.jpg">',
        '<img src="data:image/gif;base64,R0" data-src="/uploads/a.jpg">',
        '<img src="/blank.gif" data-lazy-src="/uploads/a.jpg">',
        '<img data-original="/uploads/a.jpg">',
        '<img src="data:x" data-original-src="/uploads/a.jpg">',
        '<img src="/blank.gif" data-hires="/uploads/a.jpg">',
        '<img data-srcset="/uploads/a-300x200.jpg 300w, /uploads/a.jpg 1200w">',
        '<img srcset="/uploads/a-1.jpg 1x,\n /uploads/a.jpg 2x">',
        '<img src="data:x" data-src="/uploads/a.jpg"><noscript><img src="/uploads/a.jpg"></noscript>',
        '<img class="lazy"><noscript><img src="/uploads/a.jpg"></noscript>',
        '<img src="/uploads/a.jpg"><img src="/uploads/a.jpg?w=300">',
        '<a href="/uploads/a-full.jpg"><img src="/uploads/a.jpg"></a>',
        '<amp-img src="/uploads/a.jpg"></amp-img>',
    ],
)
def test_an_image_is_found_once_in_every_way_to_load_it(image: str) -> None:
    assert urls(media(story(image))) == ["/a.jpg"]


@pytest.mark.parametrize(
    "image",
    [
        '<img src="/uploads/a.jpg" width="1" height="1">',
        '<img src="https://www.facebook.com/tr?id=5">',
        '<img class="avatar" src="/uploads/sana.jpg">',
        '<img src="https://secure.gravatar.com/avatar/5">',
        '<img src="/assets/logo-dark.png">',
        '<img src="/icons/share.svg">',
        '<div class="related-posts"><img src="/uploads/x.jpg"></div>',
        '<aside><img src="/uploads/x.jpg"></aside>',
        '<div class="author-box"><img src="/uploads/sana.jpg"></div>',
        '<a href="/2025/03/05/another-story/"><img src="/uploads/x.jpg"></a>',
        '<img src="data:image/png;base64,AAAA">',
    ],
)
def test_what_is_no_image_of_the_article(image: str) -> None:
    assert urls(media(story(f'{image}<img src="/uploads/own.jpg">'))) == ["/own.jpg"]


def test_a_lead_image_stands_above_the_text_and_teasers_below_it() -> None:
    html = story(
        "",
        before='<figure><img src="/uploads/lead.jpg"></figure>',
        after='<img src="/uploads/more.jpg">',
    )
    assert urls(media(html)) == ["/lead.jpg"]


def test_the_definitions_body_is_where_images_are() -> None:
    site = Site(name="p", domain="paper.example", select=Select(body=[".short"]))
    own = "<div class=short><p>Bridge</p><img src='/uploads/a.jpg'></div>"
    html = f"<body><div>{P * 5}<img src='/uploads/x.jpg'></div>{own}"
    assert urls(media(html, site)) == ["/a.jpg"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            "https://p.example/u/harbour-bridge-300x200.jpg",
            "https://p.example/u/harbour-bridge.jpg",
        ),
        (
            "https://p.example/u/harbour-bridge-scaled.jpg?w=5",
            "https://p.example/u/harbour-bridge-1024x768.jpg",
        ),
        (
            "https://i.p.example/large/2025/01/29202159cee27f1.jpg",
            "https://i.p.example/primary/2025/01/29202159cee27f1.jpg",
        ),
    ],
)
def test_sizes_of_one_image_are_one(first: str, second: str) -> None:
    assert image_key(first) == image_key(second)


def test_other_images_are_others() -> None:
    assert image_key("https://p.example/1/main.jpg") != image_key("https://p.example/2/main.jpg")
    assert image_key("https://p.example/img?id=1") != image_key("https://p.example/img?id=2")


@pytest.mark.parametrize(
    ("embed", "url"),
    [
        (
            '<iframe src="https://www.youtube.com/embed/abcdefghijk"></iframe>',
            "https://www.youtube.com/embed/abcdefghijk",
        ),
        (
            '<iframe data-src="//player.vimeo.com/video/5"></iframe>',
            "https://player.vimeo.com/video/5",
        ),
        (
            '<iframe src="https://www.dailymotion.com/embed/video/x5"></iframe>',
            "https://www.dailymotion.com/embed/video/x5",
        ),
        (
            '<iframe src="https://www.facebook.com/plugins/video.php?href=x"></iframe>',
            "https://www.facebook.com/plugins/video.php?href=x",
        ),
        ('<video><source src="/uploads/a.mp4"></video>', f"{CDN}/a.mp4"),
        ('<video src="/uploads/a.mp4"><source src="/uploads/a.webm"></video>', f"{CDN}/a.mp4"),
        (
            '<amp-youtube data-videoid="abcdefghijk"></amp-youtube>',
            "https://www.youtube.com/watch?v=abcdefghijk",
        ),
    ],
)
def test_videos_in_the_text(embed: str, url: str) -> None:
    assert [video.url for video in media(story(embed)).videos] == [url]


def test_frames_that_are_no_players_are_no_videos() -> None:
    frames = '<iframe src="https://www.google.com/maps/embed"></iframe><iframe src="https://ads.example/video"></iframe>'
    assert media(story(frames)).videos == ()


def test_a_described_video_counts_once_and_a_playlist_not_at_all() -> None:
    own = ld(
        video={
            "@type": "VideoObject",
            "name": "Bridge",
            "embedUrl": "https://www.youtube.com/embed/abcdefghijk",
        }
    )
    frame = '<iframe src="https://www.youtube-nocookie.com/embed/abcdefghijk?rel=0"></iframe>'
    (video,) = media(own + story(frame)).videos
    assert (video.url, video.caption) == ("https://www.youtube.com/embed/abcdefghijk", "Bridge")
    playlist = [
        {"@type": "VideoObject", "contentUrl": f"/v{n}.mp4", "name": "Other"} for n in range(3)
    ]
    assert (
        media(
            f'<script type="application/ld+json">{json.dumps(playlist)}</script>{story("")}'
        ).videos
        == ()
    )
