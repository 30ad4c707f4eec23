"""Descriptions of the keys of a site definition, for those that have none in `ingest.sites` itself."""

from __future__ import annotations

SITE_TABLES = {
    "[discover]": "Sources of new articles. URLs may be relative to `https://<domain>/`.",
    "[select]": "Selectors for fields that the general extraction gets wrong. "
    "The first selector that matches is used.",
    "[listing]": "Selectors for pages that list articles.",
    "[plugins]": "[Plug-ins](plugins.md) of the site, by name.",
    "[throttle]": "Request rate of each host of the site. The operator's settings are the default, "
    "and the longer delay of both is used.",
    "[schedule]": "When `khabar schedule` crawls the site. Give one of the two keys.",
    "[[variants]]": "Selectors for pages of an earlier theme, selected by date of publication.",
    "[[tests]]": "A page of the site, with values that its record must and must not contain. "
    "`khabar sites check` tests them.",
}

SITE_FIELDS = {
    "Site.name": "Name of the site on the command line and of its output folder. Default: the name "
    "of the file without `.toml`.",
    "Site.domain": "Host name of the site, without `www.`.",
    "Site.aliases": "Further host names of the site, without `www.`.",
    "Site.publisher": "Name of the publisher, for `publisher.name`.",
    "Site.platforms": "Files of `spiders/platforms/` without `.toml`. Their values are defaults; "
    "their lists are appended to the lists of this file.",
    "Site.time_zone": "IANA name of the time zone for times without an offset, and for `cron`.",
    "Site.language": "Language of the site as a BCP 47 tag.",
    "Site.article_urls": "Patterns of which an article's URL matches at least one. Empty: every URL "
    "may be an article.",
    "Site.not_article_urls": "Patterns of which an article's URL matches none.",
    "Site.archive": "Keep the answers of article pages in WARC files beside the records, as the setting `archive` does.",
    "Site.render": "Whether to render the pages of articles in a browser: `true`, or `if-empty` for those "
    "without a text. See [pages that scripts fill](#pages-that-scripts-fill).",
    "Site.render_hosts": "Hosts of other domains that a rendered page may load scripts and data from.",
    "Site.schedule": "See `[schedule]`.",
    "Site.discover": "See `[discover]`.",
    "Site.throttle": "See `[throttle]`.",
    "Site.select": "See `[select]`.",
    "Site.listing": "See `[listing]`.",
    "Site.plugins": "See `[plugins]`.",
    "Site.prune": "Elements to remove before the body is extracted.",
    "Site.promo": "Patterns of paragraphs to remove from the body.",
    "Site.desks": "Bylines of the site that name a desk, in addition to the general rules.",
    "Site.recheck": "Ages at which a published article is fetched again, such as `1h`, `6h`, `1d`.",
    "Site.stale_after": "How long a source may have nothing new before the site is unhealthy. "
    "Default: learned from earlier runs.",
    "Site.variants": "See `[[variants]]`.",
    "Site.tests": "See `[[tests]]`.",
    "Discover.feeds": "RSS, Atom or RDF feeds.",
    "Discover.sitemaps": "Sitemaps or sitemap indexes, also compressed ones.",
    "Discover.listings": "Pages that list articles, such as a section or the front page.",
    "Discover.robots_sitemaps": "Whether to read the sitemaps that robots.txt names.",
    "Discover.wordpress_api": "Root of the site's WordPress REST API, such as `/wp-json/`.",
    "Discover.wordpress_comments": "Whether to request comments from the WordPress API, or from the "
    "comment feed of the post.",
    "Select.headline": "Headline.",
    "Select.alternative_headline": "Deck.",
    "Select.authors": "Names in the byline.",
    "Select.author_bio": "Note about the author.",
    "Select.published": "Time of publication.",
    "Select.modified": "Time of modification.",
    "Select.section": "Section.",
    "Select.keywords": "Keywords or tags.",
    "Select.body": "Element that contains the text.",
    "Select.comments": "Element that contains the comments.",
    "Listing.items": "Links to articles in the main list.",
    "Listing.next": "Link to the next page of the list.",
    "Throttle.delay": "Minimum seconds between two requests to a host.",
    "Throttle.max_delay": "Maximum seconds to which slow answers or refusals raise the delay.",
    "Throttle.concurrency": "Requests to a host at the same time.",
    "Schedule.every": "Time from the start of one crawl to the start of the next, such as `15m`.",
    "Schedule.cron": "Five fields of a crontab line, in the site's time zone.",
    "Variant.valid_until": "Last date of publication to which the variant applies.",
    "Variant.select": "See `[select]`; these selectors are tried first.",
    "Variant.prune": "See `prune`; added to the site's own.",
    "SiteTest.url": "URL of the page.",
    "SiteTest.headline": "Exact headline.",
    "SiteTest.authors": "Exact names of the authors, in any order.",
    "SiteTest.date_published": "Time of publication: the same instant, or a date.",
    "SiteTest.contains": "Texts that the body contains.",
    "SiteTest.excludes": "Texts that the body does not contain.",
}
"""By model and key."""
