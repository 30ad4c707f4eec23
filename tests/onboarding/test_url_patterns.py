"""The form of a site's article addresses, inferred."""

from __future__ import annotations

import re

import pytest

from ingest.onboarding.url_patterns import URLPatterns, infer_patterns

SLUGS = (
    "mill-workers-vote-on-new-shifts",
    "port-opens-second-berth-for-grain",
    "why-the-night-train-runs-late",
    "tea-prices-fall-after-the-rains",
    "council-buys-forty-quiet-buses",
    "a-lake-returns-to-its-old-shore",
)


def site(*paths: str) -> list[str]:
    return [f"https://news.example{path}" for path in paths]


@pytest.mark.parametrize(
    ("articles", "others", "fitting", "strange"),
    [
        pytest.param(
            site(*(f"/2026/11/{day:02}/{slug}/" for day, slug in enumerate(SLUGS, 1))),
            site("/category/sport/", "/about/", "/2026/11/"),
            site("/2024/01/31/one/"),
            site("/2024/01/31/", "/2024/"),
            id="dated",
        ),
        pytest.param(
            site(*(f"/news/{number}/{slug}" for number, slug in enumerate(SLUGS, 1_204_511))),
            site("/trends/rain", "/news/"),
            site("/news/99/", "/news/1999999/word")[1:],
            site("/trends/1204511/rain", "/news/rain"),
            id="directory and number",
        ),
        pytest.param(
            site(*(f"/{slug}-{number}.html" for number, slug in enumerate(SLUGS, 700_100))),
            site("/sport.html"),
            site("/word-700999.html"),
            site("/word-700999", "/word.html"),
            id="number at the end",
        ),
        pytest.param(
            site(*(f"/{slug}/" for slug in SLUGS)),
            site("/sport/", "/about-us/"),
            site("/one-two-three/", "/one--two-three-four?x=1"),
            site("/one-two/", "/sport/cricket/", "/one-two-three/amp/"),
            id="bare slugs",
        ),
        pytest.param(
            site(*(f"/view.php?lang=en&id={number}" for number in range(200, 210))),
            site("/list.php?id=3", "/view.php?lang=en"),
            site("/view.php?id=77"),
            site("/list.php?id=77", "/view.php?lang=en"),
            id="number in the query",
        ),
        pytest.param(
            site(*(f"/story/{word}" for word in ("alpha", "beta", "gamma", "delta", "zeta"))),
            site("/stories/", "/topics/rain"),
            site("/story/omega"),
            site("/topics/omega"),
            id="nothing but a directory",
        ),
    ],
)
def test_one_form(
    articles: list[str], others: list[str], fitting: list[str], strange: list[str]
) -> None:
    patterns = infer_patterns(articles, others)
    assert patterns.matched == patterns.total == len(articles)
    assert not patterns.wrong
    assert len(patterns.patterns) == 1
    assert all(patterns.match(url) for url in (*articles, *fitting))
    assert not any(patterns.match(url) for url in (*others, *strange))


def test_directories_of_any_depth_make_one_pattern() -> None:
    sections = ("city", "city/north", "world", "world/asia/east", "sport/chess", "life")
    paths = [f"/{section}/{slug}" for section, slug in zip(sections, SLUGS, strict=True)]
    patterns = infer_patterns(site(*paths))
    assert len(patterns.patterns) == 1
    assert patterns.match("https://news.example/sport/cricket/scores/nine-wickets-before-lunch")
    assert not patterns.match("https://news.example/nine-wickets-before-lunch")


def test_what_all_spell_alike_stays() -> None:
    patterns = infer_patterns(
        site(*(f"/en/{section}/{slug}" for section, slug in zip("abcabc", SLUGS, strict=True)))
    )
    assert patterns.match("https://news.example/en/other/one-two-three")
    assert not patterns.match("https://news.example/fr/other/one-two-three")


def test_two_forms() -> None:
    old = site(*(f"/story/{number}" for number in range(1000, 1010)))
    new = site(*(f"/2026/11/20/{slug}" for slug in SLUGS))
    patterns = infer_patterns([*old, *new])
    assert len(patterns.patterns) == 2
    assert patterns.matched == 16


def test_an_exception_makes_no_pattern() -> None:
    patterns = infer_patterns(site(*(f"/2026/11/20/{slug}" for slug in SLUGS), "/live/140233"))
    assert len(patterns.patterns) == 1
    assert (patterns.matched, patterns.total) == (6, 7)


def test_directories_of_other_pages_are_excluded() -> None:
    articles = site(*(f"/{section}/{slug}" for section, slug in zip("abcdef", SLUGS, strict=True)))
    author = "https://news.example/author/a-long-pen-name"
    patterns = infer_patterns(articles, [author, "https://news.example/a/terms-of-this-service"])
    assert patterns.exclusions == ("/author/",)
    assert not patterns.match(author)
    assert patterns.wrong == ("https://news.example/a/terms-of-this-service",)


def test_no_common_form_is_none_at_all() -> None:
    patterns = infer_patterns(site("/rain", "/a/sun", "/b/c/wind", "/2026/11/20/snow"))
    assert patterns == URLPatterns(total=4)
    assert patterns.match("https://news.example/whatever")


def test_a_form_of_a_few_is_none() -> None:
    patterns = infer_patterns(
        site(
            "/2026/11/20/snow", "/2026/11/21/hail", "/2026/11/22/sun", "/a", "/b", "/c", "/d", "/e"
        )
    )
    assert patterns == URLPatterns(total=8)


@pytest.mark.parametrize(
    "urls", [[], ["https://news.example/"], ["http://[bad", "http://[bad/2026/11/20/x"]]
)
def test_addresses_without_a_path_do_no_harm(urls: list[str]) -> None:
    assert infer_patterns(urls).patterns == ()


def test_percent_encoded_slugs() -> None:
    words = ("%D8%A8%D8%A7%D8%B1%D8%B4", "%DA%A9%D8%B1%D8%A7%DA%86%DB%8C", "%D9%85%DB%8C%DA%BA")
    patterns = infer_patterns(site(*(f"/{'-'.join(words)}-{letter}/" for letter in "abcde")))
    assert patterns.matched == 5


def test_no_pattern_repeats_a_repetition() -> None:
    """`(?:-[^/]+){2,}` tries every way to part a slug's hyphens, of which there are 2 to the power of their number."""
    patterns = infer_patterns(
        site(*(f"/{slug}/" for slug in SLUGS), *(f"/a/{slug}.html" for slug in SLUGS))
    )
    assert patterns.patterns
    assert not any(re.search(r"-\[[^]]*\]\+\)[{+*]", pattern) for pattern in patterns.patterns)
