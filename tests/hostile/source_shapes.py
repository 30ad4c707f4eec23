"""Feeds, sitemaps, robots.txt, listings and JSON that repeat one thing `count` times."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.hostile.shapes import many

Shape = Callable[[int], str]

ITEM = "<item><title>Tram {n}</title><link>https://paper.example/2026/tram-{n}</link></item>"
ENTRY = '<entry><title>Tram {n}</title><link href="https://paper.example/tram-{n}"/></entry>'
URL = "<url><loc>https://paper.example/2026/tram-{n}</loc><lastmod>2026-11-05</lastmod></url>"
POST = {"id": 1, "link": "https://paper.example/tram", "title": {"rendered": "A tram"}}


def rss(inside: str, before: str = "") -> str:
    """Return a feed with more markup in its channel, and with text in front of it."""
    return f"{before}<rss version='2.0'><channel><title>Paper</title>{inside}</channel></rss>"


def atom(inside: str) -> str:
    """Return an Atom feed."""
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>Paper</title>{inside}</feed>"


def urlset(inside: str, before: str = "") -> str:
    """Return a sitemap."""
    namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f"{before}<urlset xmlns='{namespace}'>{inside}</urlset>"


def listing(inside: str) -> str:
    """Return a page that lists stories."""
    story = "<li><h3><a href=/2026/11/05/tram-{n}-opens>Tram line {n} opens in town</a></h3></li>"
    return f"<html><head><title>Paper</title></head><body><ul>{many(story, 5)}</ul>{inside}</body></html>"


FEEDS: dict[str, Shape] = {
    "items": lambda count: rss(many(ITEM, count)),
    "entries": lambda count: atom(many(ENTRY, count)),
    "items-open": lambda count: rss("<item>" * count),
    "items-same": lambda count: rss(many(ITEM.replace("{n}", "1"), count)),
    "links": lambda count: atom(f"<entry>{many('<link href=https://paper.example/{n}/>', count)}</entry>"),
    "links-quoted": lambda count: atom(f"<entry>{many('<link href=' + chr(34) + 'https://paper.example/{n}' + chr(34) + '/>', count)}</entry>"),
    "links-of-feed": lambda count: atom(many("<link rel='next' href='/p/{n}'/>", count)),
    "categories": lambda count: rss(f"<item>{many('<category>a{n}</category>', count)}</item>"),
    "enclosures": lambda count: rss(f"<item>{many('<enclosure url=' + chr(34) + 'https://a.example/{n}' + chr(34) + '/>', count)}</item>"),
    "titles": lambda count: rss(f"<item>{many('<title>a{n}</title>', count)}</item>"),
    "authors": lambda count: rss(f"<item>{many('<author>a{n}</author>', count)}</item>"),
    "contents": lambda count: rss(f"<item>{many('<description>a{n}</description>', count)}</item>"),
    "dates": lambda count: rss(f"<item>{many('<pubDate>Thu, 05 Nov 2026 10:00:00 GMT</pubDate>', count)}</item>"),
    "media": lambda count: rss(f"<item>{many('<media:content xmlns:media=' + chr(34) + 'http://search.yahoo.com/mrss/' + chr(34) + ' url=' + chr(34) + '/{n}' + chr(34) + '/>', count)}</item>"),
    "unknown": lambda count: rss(f"<item>{many('<a{n}>b</a{n}>', count)}</item>"),
    "prefixes": lambda count: rss(many("<x{n}:a xmlns:x{n}='u{n}'/>", count)),
    "prefixes-of-item": lambda count: rss(f"<item {many(' xmlns:x{n}=' + chr(34) + 'u{n}' + chr(34), count)}></item>"),
    "namespaces": lambda count: rss(many("<a xmlns='u{n}'/>", count)),
    "attributes": lambda count: rss(f"<item {many('x{n}=' + chr(34) + chr(34) + ' ', count)}></item>"),
    "attributes-accent": lambda count: rss(f"<é {many('x{n}=' + chr(34) + chr(34) + ' ', count)}></é>"),
    "deep": lambda count: rss("<a>" * count + "</a>" * count),
    "deep-items": lambda count: rss("<item><title>a" * count),
    "deep-content": lambda count: atom("<entry><content type='xhtml'>" + "<div>" * count + "</div>" * count + "</content></entry>"),
    "broken-tags": lambda count: rss("<a" * count),
    "broken-items": lambda count: rss(many("<item><title>a & b</title><link>https://paper.example/{n}</link></item>", count)),
    "less-than": lambda count: rss("<" * count),
    "ampersands": lambda count: rss(f"<item><title>{'&' * count}</title></item>"),
    "entities": lambda count: rss(f"<item><title>{'&amp;' * count}</title></item>"),
    "entities-unknown": lambda count: rss(f"<item><title>{many('&a{n};', count)}</title></item>"),
    "references": lambda count: rss(f"<item><title>{'&#65;' * count}</title></item>"),
    "surrogates": lambda count: rss(f"<item><title>{'&#xD800;' * count}</title></item>"),
    "cdata": lambda count: rss(f"<item><title>{'<![CDATA[a]]>' * count}</title></item>"),
    "cdata-open": lambda count: rss("<item><title>" + "<![CDATA[" * count),
    "comments": lambda count: rss("<!-- a -->" * count),
    "comments-open": lambda count: rss("<!--" * count),
    "instructions": lambda count: rss("<?a b?>" * count),
    "notices": lambda count: rss(many(ITEM, 3), before="<b>Notice</b>: x<br/>\n" * count),
    "doctypes": lambda count: rss(many(ITEM, 3), before="<!DOCTYPE rss [" * count),
    "declarations": lambda count: rss(many(ITEM, 3), before="<?xml version='1.0'?>" * count),
    "blanks": lambda count: rss(many(ITEM, 3), before=" " * count),
    "title-long": lambda count: rss(f"<item><title>{'a ' * count}</title></item>"),
    "title-less-than": lambda count: rss(f"<item><title>{'&lt;' * count}</title></item>"),
    "title-tags": lambda count: rss(f"<item><title>{'&lt;a ' * count}</title></item>"),
    "date-long": lambda count: rss(f"<item><pubDate>{'5 Nov ' * count}</pubDate></item>"),
    "date-digits": lambda count: rss(f"<item><pubDate>{'1' * count}</pubDate></item>"),
    "date-zones": lambda count: rss(f"<item><pubDate>Thu, 05 Nov 2026 10:00:00 {'+' * count}</pubDate></item>"),
    "date-brackets": lambda count: rss(f"<item><pubDate>{'(' * count}</pubDate></item>"),
    "link-long": lambda count: rss(f"<item><link>https://paper.example/{'a/' * count}</link></item>"),
    "id-long": lambda count: rss(f"<item><guid>{'http://' * count}</guid></item>"),
    "json-items": lambda count: json.dumps({"version": "https://jsonfeed.org/version/1", "items": [{"url": f"https://paper.example/{n}", "title": "a"} for n in range(count)]}),
    "json-deep": lambda count: '{"items":' + "[" * count + "]" * count + "}",
    "json-notices": lambda count: 'x {"' * count + '{"version":"https://jsonfeed.org/version/1","items":[]}',
    "nothing": lambda count: "x" * count,
}  # fmt: skip

SITEMAPS: dict[str, Shape] = {
    "urls": lambda count: urlset(many(URL, count)),
    "urls-same": lambda count: urlset(many(URL.replace("{n}", "1"), count)),
    "urls-open": lambda count: urlset("<url>" * count),
    "urls-empty": lambda count: urlset("<url></url>" * count),
    "urls-in-url": lambda count: urlset("<url>" * count + "</url>" * count),
    "loose": lambda count: many(URL, count),
    "loose-blanks": lambda count: "<url> " * count,
    "sitemaps": lambda count: "<sitemapindex>" + many("<sitemap><loc>https://paper.example/s{n}.xml</loc></sitemap>", count) + "</sitemapindex>",
    "locs": lambda count: urlset(f"<url>{many('<loc>https://paper.example/{n}</loc>', count)}</url>"),
    "news": lambda count: urlset(f"<url><loc>https://paper.example/a</loc><news:news xmlns:news='n'>{many('<news:title>a{n}</news:title>', count)}</news:news></url>"),
    "videos": lambda count: urlset(f"<url><loc>https://paper.example/a</loc>{many('<v:video xmlns:v=' + chr(34) + 'v' + chr(34) + '><v:publication_date>2026-11-05</v:publication_date></v:video>', count)}</url>"),
    "images": lambda count: urlset(f"<url><loc>https://paper.example/a</loc>{many('<image><loc>https://paper.example/{n}.jpg</loc></image>', count)}</url>"),
    "deep": lambda count: urlset("<a>" * count + "</a>" * count),
    "elements-between": lambda count: urlset(many("<a/>", count) + URL),
    "comments-between": lambda count: urlset("<!-- a -->" * count + URL),
    "texts": lambda count: urlset("<url><loc>https://paper.example/" + "a<b/>" * count + "</loc></url>"),
    "prefixes": lambda count: urlset(many("<x{n}:url xmlns:x{n}='u{n}'/>", count)),
    "attributes": lambda count: urlset(f"<url {many('x{n}=' + chr(34) + chr(34) + ' ', count)}></url>"),
    "attributes-accent": lambda count: urlset(f"<é {many('x{n}=' + chr(34) + chr(34) + ' ', count)}></é>"),
    "attributes-less-than": lambda count: urlset(f"<url a='<' {many('x{n}=' + chr(34) + chr(34) + ' ', count)}></url>"),
    "ampersands": lambda count: urlset(f"<url><loc>https://paper.example/{'&' * count}</loc></url>"),
    "ampersand-names": lambda count: urlset(f"<url><loc>https://paper.example/{many('&a{n}', count)}</loc></url>"),
    "entities": lambda count: urlset(f"<url><loc>https://paper.example/{'&eacute;' * count}</loc></url>"),
    "cdata": lambda count: urlset("<![CDATA[" * count),
    "cdata-closed": lambda count: urlset("<![CDATA[&]]>" * count),
    "less-than": lambda count: urlset("<" * count),
    "instructions": lambda count: urlset(many(URL, 3), before="<?xml " * count),
    "doctypes": lambda count: urlset(many(URL, 3), before="<!DOCTYPE a [" * count),
    "ends": lambda count: "<urlset>" + "</url" * count,
    "end-blanks": lambda count: "<urlset>" + "</url " + " " * count,
    "declaration-blanks": lambda count: "<?xml" + " " * count + urlset(URL),
    "prefix-long": lambda count: f"<{'a' * count}:urlset>",
    "lines": lambda count: many("https://paper.example/{n}\n", count),
    "line-long": lambda count: "https://paper.example/" + "a" * count,
    "line-words": lambda count: "https://paper.example/ " + "a " * count,
    "dates": lambda count: urlset(f"<url><loc>https://paper.example/a</loc><lastmod>{'2026-' * count}</lastmod></url>"),
}  # fmt: skip

ROBOTS: dict[str, Shape] = {
    "agents": lambda count: many("User-agent: a{n}\n", count),
    "agents-all": lambda count: "User-agent: *\n" * count + "Disallow: /a\n",
    "groups": lambda count: many("User-agent: a{n}\nDisallow: /{n}\n", count),
    "groups-all": lambda count: many("User-agent: *\nDisallow: /{n}\n", count),
    "groups-own": lambda count: many("User-agent: khabar\nDisallow: /{n}\n", count),
    "rules": lambda count: "User-agent: *\n" + many("Disallow: /a{n}\n", count),
    "rules-same": lambda count: "User-agent: *\n" + "Disallow: /a\n" * count,
    "rules-allowed": lambda count: "User-agent: *\n" + many("Allow: /a{n}\nDisallow: /b{n}\n", count),
    "rule-long": lambda count: f"User-agent: *\nDisallow: /{'a' * count}\n",
    "rule-stars": lambda count: f"User-agent: *\nDisallow: /{'*a' * count}\n",
    "rule-only-stars": lambda count: f"User-agent: *\nDisallow: /{'*' * count}b\n",
    "rule-ends": lambda count: f"User-agent: *\nDisallow: /{'$' * count}\n",
    "rules-stars": lambda count: "User-agent: *\n" + many("Disallow: /*a*{n}\n", count),
    "rule-escapes": lambda count: f"User-agent: *\nDisallow: /{'%41' * count}\n",
    "agent-long": lambda count: f"User-agent: {'a' * count}\n",
    "agent-stars": lambda count: f"User-agent: {'*' * count}\n",
    "agent-blanks": lambda count: f"User-agent{' ' * count}a\n" * 3,
    "blanks": lambda count: " " * count + "User-agent: *",
    "colons": lambda count: f"User-agent{':' * count}\n",
    "hashes": lambda count: "#" * count,
    "sitemaps": lambda count: many("Sitemap: https://paper.example/s{n}.xml\n", count),
    "delays": lambda count: "User-agent: *\n" + "Crawl-delay: 1\n" * count,
    "rates": lambda count: "User-agent: *\n" + "Request-rate: 1/5\n" * count,
    "visits": lambda count: "User-agent: *\n" + "Visit-time: 0100-0200\n" * count,
    "newlines": lambda count: "\n" * count,
    "words": lambda count: "a " * count,
}  # fmt: skip

LISTINGS: dict[str, Shape] = {
    "stories": lambda count: listing(f"<ul>{many('<li><h3><a href=/2026/11/05/story-{n}-of-the-day>A story of the day, number {n}</a></h3></li>', count)}</ul>"),
    "stories-same": lambda count: listing(f"<ul>{many('<li><a href=/2026/11/05/a-story-of-the-day>A story of the day, number {n}</a></li>', count)}</ul>"),
    "stories-in-divs": lambda count: listing(many("<div><a href=/2026/11/05/story-{n}-of-the-day>A story of the day, number {n}</a></div>", count)),
    "stories-in-rows": lambda count: listing(many("<div class=row>" + "<div><a href=/2026/11/05/story-{n}-of-the-day>A story of the day, {n}</a></div>" + "</div>", count)),
    "stories-in-one": lambda count: listing(f"<p>{many('<a href=/2026/11/05/story-{n}-of-the-day>A story of the day, number {n}</a> ', count)}</p>"),
    "stories-deep": lambda count: listing("<div>" * 300 + many("<div><a href=/2026/11/05/story-{n}-of-the-day>A story of the day, number {n}</a>", count)),
    "one-deep": lambda count: listing("<div>" * count + "<a href=/2026/11/05/a-story-of-the-day>A story of the day</a>"),
    "links-in-link": lambda count: listing("<a href=/2026/11/05/a-story-of-the-day>" + "<b>A story of the day</b>" * count + "</a>"),
    "spans-in-links": lambda count: listing("<a href=/2026/11/05/a-story-of-the-day><span>A story" * count),
    "headings-in-item": lambda count: listing(f"<li><a href=/2026/11/05/a-story-of-the-day>A story of the day</a>{'<h3>x</h3>' * count}</li>"),
    "times": lambda count: listing(f"<li><a href=/2026/11/05/a-story-of-the-day>A story of the day</a>{'<time datetime=x>y</time>' * count}</li>"),
    "next-links": lambda count: listing(many("<a rel=next href=/page/{n}>next</a>", count)),
    "pages": lambda count: listing(many("<a href=/news/page/2?a={n}>2</a>", count)),
    "pages-blanks": lambda count: listing(f"<a href=/news/page/2>{'- ' * count}x</a>"),
    "links": lambda count: listing(many("<a href=/x{n}>x</a>", count)),
    "articles": lambda count: listing(many("<article><h2><a href=/2026/11/05/story-{n}-of-the-day>A story of the day, number {n}</a></h2><p>words</p></article>", count)),
    "asides": lambda count: listing(many("<aside><a href=/2026/11/05/story-{n}-of-the-day>A story of the day, number {n}</a></aside>", count)),
    "address-long": lambda count: listing(f"<a href=/2026/{'a-' * count}>A story of the day, which is long</a>"),
    "address-digits": lambda count: listing(f"<a href=/2026/{'1' * count}>A story of the day, which is long</a>"),
    "bases": lambda count: listing("<base href=''>" * count),
    "attributes": lambda count: listing(f"<p a='<' {many('x{n} ', count)}>x</p>"),
}  # fmt: skip

POSTS: dict[str, Shape] = {
    "posts": lambda count: json.dumps([{**POST, "id": n, "link": f"https://paper.example/tram-{n}"} for n in range(count)]),
    "posts-same": lambda count: json.dumps([POST] * count),
    "notice-in-front": lambda count: "<br />\n<b>Warning</b>: x in <b>y</b>\n" * count + json.dumps([POST]),
    "notice-behind": lambda count: json.dumps([POST]) + "<br />\n" * count,
    "notice-braces": lambda count: "{" * count + json.dumps([POST]),
    "notice-starts": lambda count: '{"' * count + json.dumps([POST]),
    "notice-lists": lambda count: "[{" * count + json.dumps([POST]),
    "notice-open-lists": lambda count: "[ " * count + json.dumps([POST]),
    "notice-blanks": lambda count: "[" + " " * count + "x" + json.dumps([POST]),
    "notice-blanks-many": lambda count: ("[" + " " * 50) * (count // 50) + json.dumps([POST]),
    "notice-empty-lists": lambda count: "[]" * count + json.dumps([POST]),
    "notice-objects": lambda count: '{"a": 1}' * count + json.dumps([POST]),
    "deep": lambda count: "[" * count + "]" * count,
    "title-tags": lambda count: json.dumps([{**POST, "title": {"rendered": "<b>a</b>" * count}}]),
    "title-open": lambda count: json.dumps([{**POST, "title": {"rendered": "<b>" * count}}]),
    "title-entities": lambda count: json.dumps([{**POST, "title": {"rendered": "&amp;" * count}}]),
    "title-less-than": lambda count: json.dumps([{**POST, "title": {"rendered": "<" * count}}]),
    "title-attributes": lambda count: json.dumps([{**POST, "title": {"rendered": f"<b a='<' {many('x{n} ', count)}>a</b>"}}]),
    "title-breaks": lambda count: json.dumps([{**POST, "title": {"rendered": "a<br>" * count}}]),
    "dates": lambda count: json.dumps([{**POST, "date": "2026-" * count}]),
    "properties": lambda count: json.dumps([{**POST, **{f"a{n}": n for n in range(count)}}]),
}  # fmt: skip
