import pytest

from ingest.extraction.model import Byline, Headline, Moment, NotArticle, Times
from ingest.extraction.page_type.page_type import judge_page
from ingest.html.page import parse
from ingest.record import Precision, Reason
from ingest.sites import UNKNOWN_SITE, Site
from tests.extraction.facts import facts_of

ARTICLE = "https://paper.example/2025/03/04/harbour-bridge-closes-for-repairs/"
TEXT = "The harbour bridge closes on Tuesday. Repairs will take a week, the council said."
LONG = "\n\n".join([TEXT * 4] * 5)
DATED = Times(Moment("2025-03-04T10:00:00+05:00", "x", Precision.MINUTE, "meta"))


def judge(
    html: str,
    text: str = "",
    *,
    url: str = ARTICLE,
    site: Site = UNKNOWN_SITE,
    times: Times | None = None,
    status: int | None = 200,
) -> NotArticle | None:
    page = parse(html, url)
    return judge_page(
        facts_of(page, site, status=status),
        body_text=text,
        headline=Headline(page.tree.findtext(".//h1") or "x", "h1"),
        byline=Byline(),
        times=times or Times(),
    )


def reason(html: str, text: str = "", **more: object) -> Reason | None:
    found = judge(html, text, **more)  # type: ignore[arg-type]  # the options of `judge`, passed on
    return found.reason if found else None


def article(
    title: str = "Harbour bridge closes for repairs", head: str = "", foot: str = ""
) -> str:
    return f"<head><title>{title} - Paper</title>{head}</head><body><h1>{title}</h1><p>{TEXT}</p>{foot}</body>"


def teasers(count: int) -> str:
    return "".join(
        f'<h2><a href="/2025/03/0{n % 9}/story-number-{n}/">Story number {n} of the day</a></h2>'
        for n in range(count)
    )


def test_an_article_is_one() -> None:
    assert judge(article(), TEXT) is None


def test_short_news_of_two_sentences_is_an_article() -> None:
    assert judge(article(), "The bridge is shut. It opens on Friday.") is None
    assert (
        judge(
            "<h1>速報</h1><p>橋は閉鎖された。金曜日に開く。</p>", "橋は閉鎖された。金曜日に開く。"
        )
        is None
    )


def test_an_article_among_many_teasers_is_one() -> None:
    assert judge(article(foot=teasers(40)), LONG) is None
    head = '<meta property="og:type" content="website"><meta property="article:published_time" content="2025-03-04">'
    assert (
        judge(
            article(head=head, foot=teasers(40)),
            LONG,
            url="https://paper.example/note/bridge",
            times=DATED,
        )
        is None
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://paper.example/topics/news/story.html?id=af4bb925-96cb-4110",
        "https://paper.example/archives/2562",
        "https://paper.example/?p=959",
        "https://paper.example/default.asp?page=2008\\01\\14\\story_14-1-2008_pg7_1",
        "https://paper.example/category/story.cfm?c_id=18&objectid=10486887",
    ],
)
def test_the_shape_of_an_address_alone_never_refuses(url: str) -> None:
    html = article(foot=teasers(11))
    assert judge(html, LONG, url=url, times=DATED) is None
    assert judge(article(), LONG, url=url) is None


def test_a_text_at_a_list_address_is_an_article_if_the_page_has_no_list() -> None:
    assert judge(article(), LONG, url="https://paper.example/themen/arbeit") is None


def test_a_very_long_text_outweighs_teasers_and_a_front_page() -> None:
    html = article(foot=teasers(8))
    assert judge(html, "\n\n".join([TEXT * 4] * 50), url="https://paper.example/") is None


def test_a_shop_is_no_article() -> None:
    goods = "".join(f"<p>Oar {n}, ash wood <b>${n}9.95</b></p>" for n in range(12))
    product = '<script type="application/ld+json">{"@type": "ItemList"}</script>'
    page = f"{product}<h1>Oars</h1>{goods}"
    assert reason(page, TEXT, url="https://shop.example/c/oars") is Reason.LISTING


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_an_error_status_is_told(status: int) -> None:
    assert reason(article(), TEXT, status=status) is Reason.HTTP_STATUS


def test_a_missing_page_of_status_404_is_not_found() -> None:
    assert reason(article(), TEXT, status=404) is Reason.NOT_FOUND


@pytest.mark.parametrize(
    "title",
    [
        "Page not found",
        "404",
        "404 - Page Not Found",
        "Error 404",
        "Oops! That page can’t be found.",
        "Nothing found",
        "Sorry, the page you are looking for was not found",
        "The page you requested could not be found",
        "Seite nicht gefunden",
        "Page introuvable",
        "Página no encontrada",
        "Página não encontrada",
        "Pagina non trovata",
        "Pagina niet gevonden",
        "Sidan hittades inte",
        "Страница не найдена",
        "Sayfa bulunamadı",
        "Halaman tidak ditemukan",
        "صفحہ نہیں ملا",
        "الصفحة غير موجودة",
        "ページが見つかりません",
        "页面不存在",
        "페이지를 찾을 수 없습니다",
    ],
)
def test_a_soft_404_is_told_by_its_heading(title: str) -> None:
    html = f"<title>{title} - Paper</title><h1>{title}</h1>{teasers(5)}"
    assert reason(html, "Try a search instead, or one of our stories.") is Reason.NOT_FOUND
    assert reason(html, LONG) is Reason.NOT_FOUND


def test_wordpress_names_its_missing_pages() -> None:
    assert reason('<body class="error404 wp-custom">' + article(), LONG) is Reason.NOT_FOUND


@pytest.mark.parametrize(
    "title",
    [
        "404 days later, the hostages return home",
        "Flight 404 lands safely in Lahore",
        "Missing climbers not found after a week of search",
        "Page not found: how link rot eats the web",
        "Post office workers not found at fault",
    ],
)
def test_news_about_missing_things_is_news(title: str) -> None:
    assert judge(article(title), LONG, times=DATED) is None
    head = '<meta property="article:published_time" content="2025-03-04T10:00:00Z">'
    assert judge(article(title, head=head), TEXT, times=DATED) is None


@pytest.mark.parametrize(
    "html",
    [
        "<title>Just a moment...</title><h1>paper.example</h1><p>Checking if the site connection is secure</p>",
        "<title>Attention Required! | Cloudflare</title><h1>Sorry, you have been blocked</h1>",
        "<title>paper.example</title><script>window._cf_chl_opt={cvId:'3'}</script><p>Wait</p>",
        "<title>DDoS-Guard</title><h1>Checking your browser before accessing paper.example</h1>",
        "<title>Pardon Our Interruption</title><p>Something about your browser made us think you were a bot.</p>",
        "<title>paper.example</title><script src='https://geo.captcha-delivery.com/captcha.js'></script>",
        "<html><iframe src='/_Incapsula_Resource?CWUDNSAI=9&incident_id=5'>Incapsula incident ID: 5</iframe></html>",
        "<title>Access Denied</title><h1>Access Denied</h1><p>You don't have permission to access this page.</p>",
        "<title>Security Check</title><form>captcha</form>",
    ],
)
@pytest.mark.parametrize("status", [200, 403, 503])
def test_a_challenge_is_told_whatever_its_status(html: str, status: int) -> None:
    assert (
        reason(html, "Please wait while we check your browser.", status=status) is Reason.CHALLENGE
    )


@pytest.mark.parametrize(
    "title",
    [
        "Just a moment of calm in the harbour",
        "Security checkpoint attacked near the bridge",
        "Access denied to council's own archive",
        "Request rejected: bridge stays shut",
        "Login trouble hits banks across the country",
        "Your privacy on the new ferry",
    ],
)
def test_short_news_whose_heading_begins_like_a_walls_is_news(title: str) -> None:
    assert (
        judge(article(title, foot='<form><input type="email"></form>'), TEXT, times=DATED) is None
    )
    described = '{"@type":"NewsArticle","headline":"x","datePublished":"2025-03-04"}'
    head = f'<script type="application/ld+json">{described}</script>'
    assert judge(article(title, head=head, foot='<input type="password">'), TEXT) is None


def test_news_about_challenges_is_news() -> None:
    assert judge(article("Just a moment: why the web now asks whether you are human"), LONG) is None
    ordinary = (
        '<script>(function(){d.src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"})()</script>'
    )
    assert judge(article(foot=ordinary), TEXT) is None


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "Before you continue",
            "We use cookies to deliver our services. Accept all cookies to continue.",
        ),
        (
            "We value your privacy",
            "We and our vendors store cookies on a device.\nYou may give your consent.",
        ),
        (
            "Paper im PUR-Abo oder mit Werbung",
            "Wir benötigen Ihre Zustimmung.\nDatenschutz und Cookies.",
        ),
        (
            "Paper",
            "We use cookies and similar tracking. You can withdraw your consent at any time.",
        ),
    ],
)
def test_a_consent_wall_is_told(title: str, text: str) -> None:
    assert (
        reason(f"<title>{title}</title><h1>{title}</h1><button>Accept</button>", text)
        is Reason.CONSENT
    )


def test_news_about_cookies_is_news() -> None:
    text = "\n\n".join(
        ["The court fined the firm for its cookies and ordered it to ask for consent." * 2] * 4
    )
    assert judge(article("Court fines firm over cookies"), text, times=DATED) is None


def test_a_login_page_is_told() -> None:
    html = '<title>Log in - Paper</title><h1>Log in</h1><form><input type="password"></form>'
    assert reason(html, "Enter your e-mail address and your password to go on.") is Reason.LOGIN
    assert (
        judge(article("Log in, tune out: life with screens", foot='<input type="password">'), LONG)
        is None
    )


@pytest.mark.parametrize(
    ("url", "html"),
    [
        ("https://paper.example/", f"<h1>Paper</h1>{teasers(3)}"),
        ("https://paper.example/tag/bridges/", f"<h1>Bridges</h1>{teasers(10)}"),
        ("https://paper.example/?s=bridge", f"<h1>Search results for: bridge</h1>{teasers(8)}"),
        (
            "https://paper.example/city/",
            f'<body class="archive category category-city">{teasers(3)}',
        ),
        (
            "https://paper.example/sana/",
            f'<body class="archive author author-sana"><h1>Sana</h1>{teasers(3)}',
        ),
        (
            "https://paper.example/x/",
            f'<body class="search search-results"><h1>Results</h1>{teasers(2)}',
        ),
        ("https://paper.example/latest-news", f"<h1>Latest</h1>{teasers(20)}"),
        (
            "https://paper.example/pakistan",
            f'<meta property="og:type" content="article"><h1>Pakistan</h1>{teasers(10)}',
        ),
        (
            "https://paper.example/city",
            '<script type="application/ld+json">{"@type":"CollectionPage"}</script><h1>City</h1>',
        ),
        (
            "https://paper.example/sana",
            '<script type="application/ld+json">{"@type":"ProfilePage"}</script><h1>Sana</h1>',
        ),
    ],
)
def test_a_list_is_told(url: str, html: str) -> None:
    assert reason(html, LONG, url=url) is Reason.LISTING


def test_the_definition_tells_lists_too() -> None:
    site = Site(name="paper", domain="paper.example", article_urls=[r"/story/\d+"])
    assert (
        reason(
            f"<h1>Latest news today</h1>{teasers(8)}",
            LONG,
            url="https://paper.example/new",
            site=site,
        )
        is Reason.LISTING
    )
    assert (
        judge(f"<h1>Bridge</h1>{teasers(20)}", LONG, url="https://paper.example/story/5", site=site)
        is None
    )


def test_a_wordpress_post_in_a_category_is_no_archive() -> None:
    html = f'<body class="single single-post postid-5 category-city tag-bridge archive"><h1>Bridge</h1>{teasers(9)}'
    assert judge(html, LONG, url="https://paper.example/bridge/") is None


@pytest.mark.parametrize(
    "html",
    [
        '<title>Paper</title><div id="root"></div><script src="/app.js"></script>',
        '<div id="__next"></div><noscript>You need to enable JavaScript to run this app.</noscript><script>x</script>',
        "<p>Please enable JavaScript to view this page.</p>",
        "",
    ],
)
def test_a_shell_is_empty(html: str) -> None:
    assert reason(html) is Reason.EMPTY


@pytest.mark.parametrize("text", ["", "Watch", "Photo: Sana"])
def test_a_gallery_has_no_text(text: str) -> None:
    html = article(
        "The harbour in pictures",
        foot="<figure><img src=a.jpg></figure>" * 9 + "<p>menu and footer text</p>" * 20,
    )
    assert reason(html, text) is Reason.NO_TEXT
