import pytest

from ingest.url_shape import article_points, is_list_url, page_number


@pytest.mark.parametrize(
    "url",
    [
        "https://p.example/2025/03/04/harbour-bridge-closes/",
        "https://p.example/news/1888001",
        "https://p.example/story/2525005/some-words-of-it",
        "https://p.example/latest/587786-fifty-words",
        "https://p.example/harbour-bridge-closes-for-repairs/",
        "https://p.example/daily/2024-05-12/news-4014900.html",
        "https://p.example/05-Feb-2025/harbour-bridge",
        "https://p.example/news/articles/clymn8zyrp9o",
        "https://p.example/?p=2895",
        "https://p.example/story?4712",
        "https://p.example/index.php?/news/57301",
        "https://p.example/category/city/harbour-bridge-closes-for-repairs",
        "https://p.example/%D8%B4%DB%81%D8%B1-%DA%A9%D8%A7-%D9%BE%D9%84-%D8%A8%D9%86%D8%AF",
    ],
)
def test_articles_look_like_articles(url: str) -> None:
    assert article_points(url) >= 2
    assert not is_list_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://p.example/tag/latest/",
        "https://p.example/category/tech-and-telecom/",
        "https://p.example/author/12598/pop-culture-art",
        "https://p.example/category/city/page/2/",
        "https://p.example/page/3",
        "https://p.example/?s=bridge",
        "https://p.example/search/bridge",
        "https://p.example/topics/floods",
    ],
)
def test_lists_look_like_lists(url: str) -> None:
    assert is_list_url(url)
    assert article_points(url) == 0


@pytest.mark.parametrize(
    "url",
    [
        "https://p.example/",
        "https://p.example/latest-news",
        "https://p.example/about-us/our-history",
        "https://p.example/feed/",
        "https://p.example/wp-content/uploads/2025/03/a-photo-of-the-bridge.jpg",
        "http://[broken",
    ],
)
def test_other_pages_are_neither(url: str) -> None:
    assert article_points(url) == 0
    assert not is_list_url(url)


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("https://p.example/category/city/page/2/", 2),
        ("https://p.example/latest?page=14", 14),
        ("https://p.example/?paged=3", 3),
        ("https://p.example/page/two", None),
        ("https://p.example/", None),
    ],
)
def test_page_numbers(url: str, number: int | None) -> None:
    assert page_number(url) == number
