import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import InvalidURL
from ingest.urls import (
    article_id,
    article_key,
    check_url,
    drops_article,
    host_of,
    is_home,
    is_http_url,
    number_keys,
    without_user,
)

POST = "https://propakistani.pk/2026/10/05/a-new-road/"


@pytest.mark.parametrize(
    "copy",
    [
        "http://propakistani.pk/2026/10/05/a-new-road/",
        "https://www.propakistani.pk/2026/10/05/a-new-road",
        "https://propakistani.pk/2026/10/05/a-new-road/amp/",
        "https://propakistani.pk/2026/10/05/a-new-road/?amp=1",
        "https://propakistani.pk/2026/10/05/a-new-road/?utm_source=x&utm_medium=y&fbclid=1",
        "https://propakistani.pk/2026/10/05/a-new-road/#comment-7",
        "https://propakistani.pk/2026/10/05/a-new-road/comment-page-2/#comment-7",
        "https://propakistani.pk:443/2026/10/05/a-new-road/print/",
        "https://propakistani-pk.cdn.ampproject.org/c/s/propakistani.pk/2026/10/05/a-new-road/amp/",
    ],
)
def test_copies_share_one_key(copy: str) -> None:
    assert article_key(copy) == article_key(POST)
    assert article_id(copy) == article_id(POST)


@pytest.mark.parametrize(
    "other",
    [
        "https://propakistani.pk/2026/10/05/a-new-road-2/",
        "https://propakistani.pk/?p=12",
        "https://propakistani.pk/2026/10/05/camp/",
        "https://dailytimes.com.pk/2026/10/05/a-new-road/",
    ],
)
def test_other_articles_have_other_keys(other: str) -> None:
    assert article_key(other) != article_key(POST)


def test_a_query_that_names_the_article_stays() -> None:
    assert article_key("https://x.pk/story.php?id=5&utm_source=a") == "x.pk/story.php?id=5"
    assert article_key("https://x.pk/s?b=2&a=1") == article_key("http://x.pk/s/?a=1&b=2")


@pytest.mark.parametrize(
    "text", ["", "propakistani.pk/x", "ftp://x.pk/", "https://", "http://[::1", "https://x.pk/a b"]
)
def test_what_is_no_url_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(InvalidURL) as caught:
        check_url(text)
    assert caught.value.remedy
    assert "\n" not in str(caught.value)


def test_a_forgotten_scheme_is_offered() -> None:
    with pytest.raises(InvalidURL, match=r"did you mean https://propakistani\.pk/x"):
        check_url("propakistani.pk/x")


def test_home_and_host() -> None:
    assert is_home("https://www.propakistani.pk/?utm_source=x")
    assert not is_home(POST)
    assert host_of("https://WWW.Propakistani.pk:8080/x") == "propakistani.pk"
    assert host_of("http://[") == ""


@given(st.text())
def test_any_text_has_a_key(text: str) -> None:
    assert isinstance(article_key("https://x.pk/" + text), str)
    assert len(article_id(text)) == 32


@pytest.mark.parametrize(
    "url", ["https://name:hunter2@paper.example/a", "https://name@paper.example/"]
)
def test_a_user_is_refused_and_no_password_repeated(url: str) -> None:
    with pytest.raises(InvalidURL) as caught:
        check_url(url)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        ("https://name:hunter2@paper.example/a", "https://paper.example/a"),
        ("ftp://name:hunter2@paper.example", "ftp://paper.example"),
        ("https://a@b@paper.example/@c", "https://paper.example/@c"),
        (
            "https://paper.example/a?to=me@paper.example#@",
            "https://paper.example/a?to=me@paper.example#@",
        ),
    ],
)
def test_a_user_is_dropped_and_nothing_else(url: str, bare: str) -> None:
    assert without_user(url) == bare


@pytest.mark.parametrize(
    "query",
    [
        "/story.php?{}",
        "/index.php?/news/{}",
        "/?/story/{}",
        "/news/view?cid={}",
        "/news_view.php?cid={}",
        "/2026/news/view?cid={}",
        "/south-asia-news/view?src={}",
        "/releases/show?ref=PR-{}",
        "/section?lang=en&cid={}",
        "/read?id={}",
        "/?p={}",
        "/?p={}&utm_source=feed",
    ],
)
def test_a_query_that_is_the_article_tells_articles_apart(query: str) -> None:
    first, second = (f"https://paper.example{query.format(number)}" for number in (5712, 5713))
    assert article_key(first) != article_key(second)
    assert article_key(first) == article_key(first.replace("https://", "http://www."))


@pytest.mark.parametrize(
    "query",
    [
        "?cid=10021",
        "?ref=PR-2031",
        "?1700000000",
        "?src=rss2",
        "?amp",
        "?print=1",
        "?fbclid=a1&from=x1",
    ],
)
@pytest.mark.parametrize(
    "path",
    [
        "/2026/10/05/road/",
        "/a-new-road/",
        "/news/57301",
        "/story/5/a-new-road-opens-today/view",
        "/r?id=7",
    ],
)
def test_a_mark_of_trackers_is_dropped_from_an_address_that_names_the_article(
    path: str, query: str
) -> None:
    joined = path + (query.replace("?", "&") if "?" in path else query)
    assert article_key(f"https://paper.example{joined}") == article_key(
        f"https://paper.example{path}"
    )


@pytest.mark.parametrize(
    "session",
    [
        "/story/1/slug;jsessionid=0A1B2C3D",
        "/story/1/slug/;jsessionid=0A1B2C3D.node7",
        "/story;JSESSIONID=0A1B/1/slug",
        "/(S(lit3py55t21z5v55vlm25s55))/story/1/slug",
        "/story/1/slug?PHPSESSID=abc123",
        "/story/1/slug?sid=0123456789abcdef0123456789abcdef",
    ],
)
def test_a_session_is_no_part_of_an_article(session: str) -> None:
    assert article_key(f"https://paper.example{session}") == "paper.example/story/1/slug"


def test_a_short_sid_is_no_session() -> None:
    assert article_key("https://paper.example/view?sid=71") == "paper.example/view?sid=71"


@pytest.mark.parametrize(
    "text",
    [
        "http://f:b/c",
        "http://foo:-80/",
        "http://foo:70000/",
        "http://1.2.3.4.5/",
        "http://256.256.256.256/",
        "http://a<b/",
        "http://a^b/",
        "http://[1::2]:x/",
        "http://[::127.0.0.1.]/",
        "http:///x",
        "http:x",
    ],
)
def test_what_no_client_can_ask_is_no_url(text: str) -> None:
    assert not is_http_url(text)
    with pytest.raises(InvalidURL):
        check_url(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://paper.example",
        "http://[::1]:8080/x",
        "https://اخبار.example/a?b#c",
        "http://a_b.example/%zz",
    ],
)
def test_what_the_standard_allows_is_a_url(text: str) -> None:
    assert check_url(text) == text


@pytest.mark.parametrize(
    ("canonical", "url"),
    [
        ("https://gazette.example/artikel.php", "https://gazette.example/artikel.php?nr=9917"),
        ("https://gazette.example/read?lang=pl", "https://gazette.example/read?lang=pl&doc=55-b"),
        ("https://gazette.example/view", "https://www.gazette.example/view?t=mill-burns-at-night"),
        ("https://gazette.example/news", "https://gazette.example/news/2026/mill-burns-at-night"),
        ("https://gazette.example/news/", "https://gazette.example/news/8812734"),
    ],
)
def test_a_canonical_url_without_what_names_the_article(canonical: str, url: str) -> None:
    assert drops_article(canonical, url)


@pytest.mark.parametrize(
    ("canonical", "url"),
    [
        (
            "https://gazette.example/mill-burns-at-night",
            "https://gazette.example/mill-burns-at-night?x=12",
        ),
        (
            "https://gazette.example/a/8812734",
            "https://gazette.example/a/8812734/mill-burns-at-night",
        ),
        (
            "https://gazette.example/read?doc=55",
            "https://gazette.example/read?doc=55&utm_source=a1",
        ),
        ("https://gazette.example/read", "https://gazette.example/read?utm_source=a1&fbclid=77"),
        ("https://gazette.example/about", "https://gazette.example/about?view=wide"),
        ("https://gazette.example/2026/mill-burns-at-night", "https://gazette.example/?p=8812"),
        ("https://gazette.example/read", "https://gazette.example/read"),
    ],
)
def test_a_canonical_url_that_still_names_the_article(canonical: str, url: str) -> None:
    assert not drops_article(canonical, url)


@pytest.mark.parametrize(
    ("url", "numbers"),
    [
        ("https://www.a.example/story/88/one-slug/", ["88"]),
        ("https://a.example/politics/the-vote-203817.html", ["203817"]),
        ("https://a.example/603817-the-vote", ["603817"]),
        ("https://a.example/show.php?id=7", ["7"]),
        ("https://a.example/world/a203817", ["203817"]),
        ("https://a.example/2026/11/27/the-vote-of-1997/", []),
        ("https://a.example/2026/the-vote/", []),
        ("https://a.example/top-10/", []),
    ],
)
def test_the_numbers_of_an_address(url: str, numbers: list[str]) -> None:
    assert number_keys(url) == tuple(f"a.example#{number}" for number in numbers)
