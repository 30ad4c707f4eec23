from datetime import date
from pathlib import Path

import pytest

from ingest.errors import InvalidDefinition, UnknownSite
from ingest.html.page import compile_css
from ingest.sites import UNKNOWN_SITE, Site, SiteCatalog, load_site

CATALOG = SiteCatalog.load()

# One address of each site's articles, by its documented shape, and one of its lists.
SHAPES = {
    "arynews": (
        "https://arynews.tv/harbour-bridge-closes-today/",
        "https://arynews.tv/category/pakistan/",
    ),
    "brecorder": (
        "https://www.brecorder.com/news/40345678",
        "https://www.brecorder.com/latest-news",
    ),
    "dailytimes": (
        "https://dailytimes.com.pk/1200001/harbour-bridge/",
        "https://dailytimes.com.pk/tag/latest/",
    ),
    "dawn": (
        "https://www.dawn.com/news/1888001/harbour-bridge",
        "https://www.dawn.com/latest-news/2025-01-29",
    ),
    "dunya": (
        "https://dunyanews.tv/en/Pakistan/860001-harbour-bridge",
        "https://dunyanews.tv/en/Pakistan",
    ),
    "express": ("https://www.express.pk/story/2200001/1", "https://www.express.pk/latest-news/"),
    "fridaytimes": (
        "https://thefridaytimes.com/05-Feb-2025/harbour-bridge",
        "https://thefridaytimes.com/features",
    ),
    "geo": ("https://www.geo.tv/latest/587001-harbour-bridge", "https://www.geo.tv/latest-news"),
    "hum": (
        "https://humenglish.com/latest/harbour-bridge-closes/",
        "https://humenglish.com/latest/",
    ),
    "jang": (
        "https://jang.com.pk/en/31001-harbour-bridge-news",
        "https://jang.com.pk/en/category/world",
    ),
    "pakistantoday": (
        "https://www.pakistantoday.com.pk/2025/02/05/harbour-bridge/",
        "https://www.pakistantoday.com.pk/category/national/",
    ),
    "profit": (
        "https://profit.pakistantoday.com.pk/2025/02/05/harbour-bridge/",
        "https://profit.pakistantoday.com.pk/tag/bridge/",
    ),
    "propakistani": (
        "https://propakistani.pk/2015/08/17/harbour-bridge/",
        "https://propakistani.pk/page/2/",
    ),
    "samaa": (
        "https://www.samaa.tv/2087001-harbour-bridge",
        "https://www.samaa.tv/latest-news?page=2",
    ),
    "sochfactcheck": (
        "https://www.sochfactcheck.com/no-the-bridge-stands/",
        "https://www.sochfactcheck.com/category/x/",
    ),
    "techjuice": (
        "https://www.techjuice.pk/harbour-bridge-goes-online/",
        "https://www.techjuice.pk/author/sana/",
    ),
    "thenation": (
        "https://www.nation.com.pk/05-Feb-2025/harbour-bridge",
        "https://www.nation.com.pk/national",
    ),
    "thenews": (
        "https://www.thenews.com.pk/latest/1280001-harbour",
        "https://www.thenews.com.pk/latest-stories",
    ),
    "tribune": (
        "https://tribune.com.pk/story/2525001/harbour-bridge",
        "https://tribune.com.pk/latest?page=2",
    ),
    "urdupoint": (
        "https://www.urdupoint.com/daily/livenews/2024-05-12/news-4014001.html",
        "https://www.urdupoint.com/daily/livenews/",
    ),
}


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    return file


def selectors(site: Site) -> list[str]:
    fields = [value for _, value in site.select if isinstance(value, list)]
    lists = [*fields, site.listing.items, site.listing.next, site.prune]
    return [selector for each in lists for selector in each]


def test_every_site_has_its_shapes_here() -> None:
    assert set(SHAPES) == {site.name for site in CATALOG}


def test_the_old_addresses_of_the_daily_times_are_articles() -> None:
    site = CATALOG.get("dailytimes")
    old = "https://dailytimes.com.pk/default.asp?page="
    assert site.is_article_url(f"{old}2008\\01\\14\\story_14-1-2008_pg7_1")
    assert site.is_article_url(f"{old}2008%5C01%5C14%5Cstory_14-1-2008_pg7_1")
    assert not site.is_article_url(f"{old}national")


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_a_shipped_definition_is_whole(name: str) -> None:
    site = CATALOG.get(name)
    article, other = SHAPES[name]
    assert site.zone is not None
    assert site.publisher
    assert CATALOG.for_url(article) is site
    assert site.is_article_url(article)
    assert not site.is_article_url(other)
    for selector in selectors(site):
        compile_css(selector)
    for test in site.tests:
        assert site.is_article_url(test.url)
        assert CATALOG.for_url(test.url) is site


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_a_shipped_definition_says_where_articles_are_announced(name: str) -> None:
    discover = CATALOG.get(name).discover
    assert discover.feeds or discover.sitemaps or discover.listings or discover.robots_sitemaps


def test_a_site_is_found_by_name_and_domain() -> None:
    names = ("propakistani", "WWW.propakistani.pk", "propakistani.pk")
    assert len({id(CATALOG.get(name)) for name in names}) == 1


def test_an_unknown_name_offers_the_nearest() -> None:
    with pytest.raises(UnknownSite, match="propakistani"):
        CATALOG.get("propakistny")
    with pytest.raises(UnknownSite, match="khabar sites"):
        CATALOG.get("zzzzzzzz")


def test_a_page_of_no_site_is_of_the_unknown_site() -> None:
    assert CATALOG.for_url("https://nowhere.example/a") is UNKNOWN_SITE
    assert CATALOG.for_url("http://[broken") is UNKNOWN_SITE
    assert UNKNOWN_SITE.is_article_url("https://nowhere.example/anything")


def test_a_folder_overrides_by_name(tmp_path: Path) -> None:
    write(tmp_path, "dailytimes", 'domain = "times.example"')
    write(tmp_path, "paper", 'domain = "paper.example"')
    catalog = SiteCatalog.load([tmp_path])
    assert catalog.get("dailytimes").domain == "times.example"
    assert catalog.for_url("https://www.paper.example/x").name == "paper"
    assert SiteCatalog.load().get("dailytimes").domain == "dailytimes.com.pk"
    assert catalog.get("propakistani").domain == "propakistani.pk"
    assert len(catalog) == len(CATALOG) + 1


def test_a_definition_in_code_joins_a_copy_of_the_catalogue() -> None:
    paper = Site(name="paper", domain="paper.example")
    catalog = CATALOG.with_sites([paper])
    assert catalog.get("paper") is catalog.for_host("WWW.paper.example") is paper
    assert "paper" not in CATALOG


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidDefinition, match="missing"):
        SiteCatalog.load([tmp_path / "missing"])


def test_a_platform_gives_defaults_and_adds_to_lists(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "paper",
        """domain = "paper.example"
platforms = ["wordpress", "genesis"]
not_article_urls = ["/own/"]
discover.feeds = ["/news/feed/"]
discover.robots_sitemaps = false
select.authors = [".own"]
""",
    )
    site = load_site(file)
    assert site.not_article_urls[0] == "/own/"
    assert not site.is_article_url("https://paper.example/tag/bridge/")
    assert site.discover.feeds == ["/news/feed/", "/feed/"]
    assert site.discover.robots_sitemaps is False
    assert site.discover.wordpress_api == "/wp-json/"
    assert site.select.authors[0] == ".own"
    assert len(site.select.authors) > 1


def test_a_variant_holds_up_to_its_day() -> None:
    site = CATALOG.get("propakistani")
    assert site.at(date(2015, 8, 17)).select.body[0] == "div.content-post"
    assert site.at(date(2024, 8, 17)).select.body[0] == "div.the-post-content"
    assert site.at(None) is site


@pytest.mark.threat("O6")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('domain = "p.example"\nfoo = 1', "foo"),
        ('domain = "p.example"\nselect.body = ["div["]', "select.body"),
        ('domain = "p.example"\narticle_urls = ["("]', "article_urls"),
        ('domain = "p.example"\ntime_zone = "Mars/Olympus"', "time_zone"),
        ('domain = "p.example"\nplatforms = ["drupal9000"]', "drupal9000"),
        ('domain = "p.example"\nthrottle.delay = -1', "throttle.delay"),
        ('domain = "p.example"\nthrottle.delay = inf', "throttle.delay"),
        ('domain = "p.example"\nthrottle.concurrency = 0', "throttle.concurrency"),
        ('publisher = "P"', "domain"),
        ('domain = "p.example"\nname = "../up"', "name"),
        ('domain = "p.example"\nname = "a/b"', "name"),
        ('domain = "p.example"\nname = ".hidden"', "name"),
        ('domain = "p.example"\nname = "-o"', "name"),
        ('domain = "p.example"\nname = ""', "name"),
        ("domain = ", "p.toml"),
    ],
)
def test_a_bad_definition_names_file_and_key(tmp_path: Path, text: str, said: str) -> None:
    file = write(tmp_path, "p", text)
    with pytest.raises(InvalidDefinition) as error:
        load_site(file)
    assert "p.toml" in str(error.value)
    assert said in str(error.value)
