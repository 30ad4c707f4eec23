"""Pages that repeat one thing `count` times, so that a reader shows how its work grows with it."""

from __future__ import annotations

import json
from collections.abc import Callable

Shape = Callable[[int], str]

SENTENCE = (
    "The tram line along the canal opened on Monday, and the first car left the depot at six. "
)


def page(
    inside: str = "", *, head: str = "", title: str = "Tram line opens", above: str = ""
) -> str:
    """Return an article with more markup in its text, in its head, and above its text."""
    text = f"<p>{SENTENCE * 3}</p>" * 3
    return (
        f"<html lang=en><head><title>{title}</title>{head}</head><body><h1>{title}</h1>{above}"
        f"<article>{text}{inside}</article></body></html>"
    )


def repeated(piece: str) -> Shape:
    """Return a shape with a piece of markup in the text; `{n}` in it is the number."""
    return lambda count: page(many(piece, count))


def above(piece: str) -> Shape:
    """Return a shape with pieces between the headline and the text."""
    return lambda count: page(above=many(piece, count))


def in_head(piece: str) -> Shape:
    """Return a shape with pieces in the head."""
    return lambda count: page(head=many(piece, count))


def within(before: str, piece: str, after: str) -> Shape:
    """Return a shape with pieces in one element of the text."""
    return lambda count: page(before + many(piece, count) + after)


def nested(start: str, end: str, inner: str = SENTENCE) -> Shape:
    """Return a shape with an element that contains itself, deeper than the parser builds a tree."""
    return lambda count: page(start * (3 * count) + inner + end * (3 * count))


def linked(data: str) -> str:
    """Return an article with one block of JSON-LD."""
    return page(head=f'<script type="application/ld+json">{data}</script>')


def node(**values: object) -> str:
    """Return an article with one JSON-LD node, an article with these properties."""
    return linked(json.dumps({"@type": "NewsArticle", "headline": "Tram line opens", **values}))


def scripted(code: str) -> str:
    """Return an article with one script."""
    return page(head=f"<script>{code}</script>")


def many(piece: str, count: int) -> str:
    """Return the piece `count` times; `{n}` in it is replaced by the number."""
    if "{n}" not in piece:
        return piece * count
    return "".join(piece.replace("{n}", str(number)) for number in range(count))


REPEATED: dict[str, Shape] = {
    "paragraphs": repeated(f"<p>{SENTENCE}</p>"),
    "different-paragraphs": repeated(f"<p>{{n}} {SENTENCE}</p>"),
    "short-paragraphs": repeated("<p>no {n}</p>"),
    "empty-paragraphs": repeated("<p></p>"),
    "linked-paragraphs": repeated("<p><a href=/x/{n}>read more of it {n}</a></p>"),
    "bold-paragraphs": repeated("<p><b>Question {n}?</b></p>"),
    "divs": repeated(f"<div>{SENTENCE}</div>"),
    "divs-of-paragraphs": repeated(f"<div><p>{SENTENCE}</p></div>"),
    "sections": repeated(f"<section><h2>Part {{n}}</h2><p>{SENTENCE}</p></section>"),
    "articles": repeated(
        f"<article><h2><a href=/2026/11/0{{n}}-a-tram>A tram {{n}}</a></h2><p>{SENTENCE}</p></article>"
    ),
    "h1": repeated("<h1>Line {n} opens</h1>"),
    "h1-empty": repeated("<h1></h1>"),
    "h1-same": repeated("<h1>Tram line opens</h1>"),
    "h1-above": above("<h1>Line {n} opens</h1>"),
    "h2": repeated("<h2>Line {n} opens</h2>"),
    "h2-same": repeated("<h2>Tram line opens</h2>"),
    "h2-above": above("<h2>Line {n} opens</h2>"),
    "h2-linked": repeated("<h2><a href=/news/{n}>The line number {n} opens</a></h2>"),
    "header-blocks": above("<header><h2>Line {n}</h2></header>"),
    "lines": within("<p>", "line {n}<br>", "</p>"),
    "breaks": within("<p>a", "<br>", "b</p>"),
    "spaced-breaks": within("<p>a", "<br> ", "b</p>"),
    "rules": repeated("<hr>"),
    "images": repeated("<img src=/i/{n}.jpg alt='Tram {n}' width=640>"),
    "figures": repeated(
        "<figure><img src=/i/{n}.jpg><figcaption>Tram {n}. Photo: Ana Lee</figcaption></figure>"
    ),
    "figures-alone": repeated("<figure><figcaption>Photo: Ana Lee</figcaption></figure>"),
    "images-in-paragraph": within("<p>", "<img src=/i/{n}.jpg>", "</p>"),
    "images-above": above("<img src=/i/{n}.jpg>"),
    "captions": repeated("<div class=caption>Tram {n}</div>"),
    "captions-of-image": within("<img src=/a.jpg>", "<p class=caption>Tram {n}</p>", ""),
    "pictures": repeated(
        "<picture><source srcset='/i/{n}.jpg 1x, /j/{n}.jpg 2x'><img src=/i/{n}.jpg></picture>"
    ),
    "srcset": lambda count: page(f"<img src=/a.jpg srcset='{many('/i/{n}.jpg {n}w, ', count)}'>"),
    "srcset-commas": lambda count: page(f"<img src=/a.jpg srcset='{',' * count}{' ' * count}x'>"),
    "videos": repeated("<video src=/v/{n}.mp4></video>"),
    "frames": repeated("<iframe src=https://www.youtube.com/embed/{n}></iframe>"),
    "spans-in-paragraph": within("<p>", "<span>w {n} </span>", "</p>"),
    "links-in-paragraph": within("<p>", "<a href=/x/{n}>w {n}</a> ", "</p>"),
    "links": repeated("<a href=/x/{n}>The tram line number {n}</a>"),
    "links-author": repeated("<a rel=author href=/author/{n}>Ana Lee</a>"),
    "links-author-path": repeated("<a href=/author/ana-{n}>Ana Lee</a>"),
    "links-tag": repeated("<a rel=tag href=/tag/{n}>trams</a>"),
    "links-mail": repeated("<a href=mailto:ana{n}@paper.example>Ana</a> "),
    "bold-in-paragraph": within("<p>", "<b>w {n}</b> ", "</p>"),
    "empty-spans": within("<p>", "<span></span>", "</p>"),
    "spans": repeated("<span>w {n} </span>"),
    "buttons": within("<p>", "a <button>w {n}</button> ", "</p>"),
    "buttons-alone": within("<p>", "<button></button>", "</p>"),
    "noscripts": repeated("<noscript><h1>x</h1></noscript>"),
    "abbreviations": within("<p>", "<abbr title=x>w</abbr>", "</p>"),
    "custom-elements": repeated("<my-part>w {n}</my-part>"),
    "unknown-elements": repeated("<person>w {n}</person>"),
    "comments-in-markup": repeated("<!-- {n} -->"),
    "comments-in-paragraph": within("<p>", "<!-- {n} -->w ", "</p>"),
    "comments-between": within("<div>", "<!-- {n} -->", "<p>end</p></div>"),
    "instructions": repeated("<?x {n}?>"),
    "scripts": repeated("<script>var a{n} = {n};</script>"),
    "styles": repeated("<style>.a{n} {}</style>"),
    "forms": repeated("<form><input name=a><select><option>x</select></form>"),
    "options": within("<form><select>", "<option>{n}", "</select></form>"),
    "navigations": repeated("<nav><a href=/{n}>Part {n}</a></nav>"),
    "asides": repeated("<aside><p>Aside {n}</p></aside>"),
    "related": repeated("<div class=related><a href=/x/{n}>Related {n}</a></div>"),
    "footers": repeated("<footer>Printed {n}</footer>"),
    "quotes": repeated(f"<blockquote><p>{SENTENCE}</p></blockquote>"),
    "quotes-empty": repeated("<blockquote></blockquote>"),
    "quotes-in-quote": within("<blockquote>", "<p>words {n}</p>", "</blockquote>"),
    "list-items": within("<ul>", "<li>item {n}</li>", "</ul>"),
    "list-items-linked": within("<ul>", "<li><a href=/x/{n}>The tram line {n}</a></li>", "</ul>"),
    "list-items-long": within("<ol>", f"<li>{SENTENCE}</li>", "</ol>"),
    "lists": repeated("<ul><li>item {n}</li></ul>"),
    "definitions": within("<dl>", "<dt>a {n}</dt><dd>b</dd>", "</dl>"),
    "cells": within("<table><tr>", "<td>{n}</td>", "</tr></table>"),
    "cells-long": within("<table><tr>", f"<td>{SENTENCE}</td>", "</tr></table>"),
    "rows": within("<table>", "<tr><td>{n}</td><td>b</td></tr>", "</table>"),
    "tables": repeated("<table><tr><td>{n}</td></tr></table>"),
    "preformatted": within("<pre>", "line {n}\n", "</pre>"),
    "details": repeated("<details><summary>x {n}</summary><p>y</p></details>"),
    "bylines": repeated("<p class=byline>By Ana Lee{n}</p>"),
    "bylines-above": above("<p class=byline>By Ana Lee</p>"),
    "bylines-different": above("<p class=byline>By Ana {n} Lee</p>"),
    "bylines-plain": above("<p>By Ana Lee</p>"),
    "bylines-long": above(f"<div class=author>{SENTENCE}</div>"),
    "bios": repeated("<div class=author-bio>Ana Lee is a reporter for Paper in Rome.</div>"),
    "bios-plain": repeated("<p>Ana Lee is a reporter for Paper in Rome.</p>"),
    "itemprops": repeated("<span itemprop=name>Ana {n}</span>"),
    "itemprop-author": repeated("<span itemprop=author>Ana Lee</span>"),
    "itemprop-author-nested": within(
        "<div itemprop=author>", "<span itemprop=name>Ana {n} Lee</span>", "</div>"
    ),
    "itemprop-dates": repeated("<span itemprop=datePublished content=2026-11-05>x</span>"),
    "itemprop-many-words": lambda count: page(f"<p itemprop='{many('a{n} ', count)}'>x</p>"),
    "itemprop-comments": repeated("<div itemprop=comment><p itemprop=text>words {n}</p></div>"),
    "dates": repeated("<span class=date>5 November 2026</span>"),
    "dates-above": above("<span class=date>{n} November 2026</span>"),
    "dates-plain": repeated("<p>5 November 2026</p>"),
    "dates-labelled": repeated("<p>Published: 5 November 2026, 10:{n}</p>"),
    "dates-in-paragraph": within("<p>", "5 November 2026 ", "</p>"),
    "times": repeated("<time datetime=2026-11-05T10:00:00Z>5 November</time>"),
    "times-different": repeated("<time datetime=2026-11-05T10:00:{n}Z>5 November {n}</time>"),
    "times-above": above("<time datetime=2026-11-05T10:00:00Z>5 November</time>"),
    "times-plain": repeated("<time>5 November 2026 {n}</time>"),
    "times-relative": above("<time>{n} hours ago</time>"),
    "comments": within(
        "<ol class=commentlist>",
        "<li class=comment id=comment-{n}><cite>Ana {n}</cite><p>I like this line {n}.</p></li>",
        "</ol>",
    ),
    "comments-dated": within(
        "<div id=comments>",
        "<div class=comment><b class=author>Ana</b> <time>5 November 2026</time><p>I like it {n}</p></div>",
        "</div>",
    ),
    "comments-plain": within(
        "<h3>Comments</h3><div>",
        "<div><b>Ana {n}</b> says: <p>I like this line</p></div>",
        "</div>",
    ),
    "comments-deep": lambda count: page(
        "<div id=comments>" + "<div class=comment><p>I like it</p>" * count
    ),
    "comment-headings": repeated("<h3>Comments</h3><p>I like it {n}</p>"),
    "comment-sections": repeated("<div class=comments><div class=comment>words {n}</div></div>"),
    "comment-lines": repeated("<p>Ana {n} wrote on 5 November 2026</p><p>I like it.</p>"),
    "comment-ids": repeated("<div id=comment-{n}>words</div>"),
    "comment-parents": repeated(
        "<div class=comment id=comment-{n} data-parent={n}><p>I like it</p></div>"
    ),
    "social-posts": repeated("<blockquote class=twitter-tweet>words {n}</blockquote>"),
    "key-points": within("<div class=key-points><ul>", "<li>Point {n}</li>", "</ul></div>"),
    "sources": repeated("<p>Source: Reuters</p>"),
    "sources-in-text": repeated("<p>(Reuters)</p>"),
    "datelines": repeated("<p>ROME (Reuters) - The tram line opened on Monday morning.</p>"),
    "read-more": repeated("<p>Read more: <a href=/x/{n}>the tram {n}</a></p>"),
    "notices": repeated("<p>Subscribe to our newsletter for the latest news.</p>"),
    "copyright": repeated("<p>© 2026 Paper. All rights reserved.</p>"),
    "breadcrumbs": within("<ul class=breadcrumb>", "<li><a href=/{n}>Part {n}</a></li>", "</ul>"),
    "hidden": repeated("<p style=display:none>no {n}</p>"),
    "decks": above("<p class=subtitle>The canal is quiet {n}</p>"),
    "kickers": above("<a class=category href=/c/{n}>City {n}</a>"),
    "divs-above": above("<div>The canal {n}</div>"),
    "spans-above": above("<span>The canal {n}</span>"),
    "whole-documents": repeated("<html><body><p>x {n}"),
    "open-paragraphs": repeated("<p>no {n}"),
    "end-tags": repeated("</div></p></b>"),
    "titles": repeated("<title>Tram {n}</title>"),
    "bases": repeated("<base href=''>"),
}

HEAD: dict[str, Shape] = {
    "metas": in_head("<meta name=a{n} content=b>"),
    "metas-same": in_head("<meta name=keywords content='tram {n}'>"),
    "metas-author": in_head("<meta name=author content='Ana Lee {n}'>"),
    "metas-article-author": in_head("<meta property=article:author content='Ana Lee'>"),
    "metas-date": in_head("<meta property=article:published_time content=2026-11-05T10:00:00Z>"),
    "metas-title": in_head("<meta property=og:title content='Tram {n}'>"),
    "metas-description": in_head("<meta name=description content='Tram {n}'>"),
    "metas-image": in_head("<meta property=og:image content=/i/{n}.jpg>"),
    "metas-tag": in_head("<meta property=article:tag content='tram {n}'>"),
    "metas-section": in_head("<meta property=article:section content='City {n}'>"),
    "metas-language": in_head("<meta http-equiv=content-language content=en>"),
    "metas-charset": in_head("<meta charset=utf-8>"),
    "links-in-head": in_head("<link rel=canonical href=/x/{n}>"),
    "links-alternate": in_head("<link rel=alternate hreflang=en href=/x/{n}>"),
    "links-rels": lambda count: page(head=f"<link rel='{many('a{n} ', count)}' href=/x>"),
    "json-blocks": in_head('<script type="application/ld+json">{"@type":"NewsArticle","headline":"Line {n}"}</script>'),
    "json-blocks-broken": in_head('<script type="application/ld+json">{"@type":"NewsArticle",</script>'),
    "script-assignments": lambda count: scripted(many("var a{n} = {n};", count)),
    "script-objects": lambda count: scripted(many('a["x{n}"] = {"headline": "Line {n}"};', count)),
    "script-open-objects": lambda count: scripted(many('x={"a{n}":', count)),
    "script-open-brackets": lambda count: scripted("[" * count),
    "script-open-braces": lambda count: scripted("{" * count),
    "script-strings": lambda count: scripted('"' * count),
    "script-pushes": lambda count: scripted(many('self.__next_f.push([1,"a{n}"])', count)),
    "script-pushes-apart": lambda count: page(head=many('<script>self.__next_f.push([1,"a{n}"])</script>', count)),
    "script-state": lambda count: scripted("window.__STATE__ = " + json.dumps([{"type": "text", "content": SENTENCE}] * count)),
    "script-next": lambda count: page(head=f"<script id=__NEXT_DATA__ type=application/json>{json.dumps([{'content': SENTENCE}] * count)}</script>"),
    "script-fusion": lambda count: scripted(many("Fusion.globalContent={};", count)),
    "script-fusion-objects": lambda count: scripted("Fusion.globalContent={" + many('"a{n}":{},', count)),
}  # fmt: skip

NESTED: dict[str, Shape] = {
    "divs-deep": nested("<div>", "</div>"),
    "divs-deep-texts": nested("<div>words ", "</div>"),
    "divs-deep-paragraphs": nested(f"<div><p>{SENTENCE}</p>", "</div>"),
    "divs-deep-classes": nested("<div class='content article-body'>", "</div>"),
    "articles-deep": nested(f"<article><p>{SENTENCE}</p>", "</article>"),
    "sections-deep": nested("<section><h2>x</h2>", "</section>"),
    "asides-deep": nested("<aside><a href=/x>y</a>", "</aside>"),
    "related-deep": nested("<div class=related><a href=/x>y</a>", "</div>"),
    "bylines-deep": nested("<div class=byline>By Ana Lee ", "</div>"),
    "authors-deep": nested("<span class=author>", "</span>", "Ana Lee"),
    "dates-deep": nested("<div class=date>5 November 2026 ", "</div>"),
    "comments-nested": nested("<div class=comment><p>words</p>", "</div>"),
    "captions-deep": nested("<div class=caption>x", "</div>"),
    "figures-deep": nested("<figure><img src=/a.jpg>", "</figure>"),
    "inline-deep": nested("<b><i>", "</i></b>"),
    "spans-deep": nested("<span>w ", "</span>"),
    "links-deep": nested("<a href=/x><b>", "</b></a>"),
    "lists-deep": nested("<ul><li>w ", "</li></ul>"),
    "quotes-deep": nested("<blockquote>w ", "</blockquote>"),
    "tables-deep": nested("<table><tr><td>w ", "</td></tr></table>"),
    "buttons-deep": nested("<div><button><p>w</p></button>", "</div>"),
    "itemprops-deep": nested("<div itemprop=author>", "</div>", "Ana Lee"),
    "noscripts-deep": nested("<noscript><div>", "</div></noscript>"),
    "custom-deep": nested("<x-y>w ", "</x-y>"),
    "headings-deep": nested("<h2><span>", "</span></h2>"),
}

VALUES: dict[str, Shape] = {
    "json-authors": lambda count: node(author=[{"@type": "Person", "name": f"Ana Lee {n}"} for n in range(count)]),
    "json-author-names": lambda count: node(author=["Ana Lee"] * count),
    "json-author-text": lambda count: node(author="Ana Lee, " * count),
    "json-keywords": lambda count: node(keywords=[f"tram {n}" for n in range(count)]),
    "json-keywords-text": lambda count: node(keywords=",".join(f"tram {n}" for n in range(count))),
    "json-images": lambda count: node(image=[f"https://paper.example/i/{n}.jpg" for n in range(count)]),
    "json-comments": lambda count: node(comment=[{"@type": "Comment", "text": f"words {n}", "author": "Ana"} for n in range(count)]),
    "json-sections": lambda count: node(articleSection=[f"City {n}" for n in range(count)]),
    "json-dates": lambda count: node(datePublished=["2026-11-05"] * count),
    "json-graph": lambda count: linked(json.dumps({"@graph": [{"@type": "NewsArticle", "@id": f"#{n}", "headline": f"Line {n}"} for n in range(count)]})),
    "json-graph-same-id": lambda count: linked(json.dumps({"@graph": [{"@type": "Person", "@id": "#1", f"a{n}": n} for n in range(count)]})),
    "json-properties": lambda count: node(**{f"a{n}": n for n in range(count)}),
    "json-types": lambda count: linked(json.dumps({"@type": [f"a{n}" for n in range(count)]})),
    "json-videos": lambda count: node(video=[{"@type": "VideoObject", "contentUrl": f"https://paper.example/v/{n}"} for n in range(count)]),
    "json-parts": lambda count: node(hasPart=[{"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": f".a{n}"} for n in range(count)]),
    "json-body": lambda count: node(articleBody=SENTENCE * count),
    "json-body-lines": lambda count: node(articleBody=(SENTENCE + "\n") * count),
    "json-body-markup": lambda count: node(articleBody=f"<p>{SENTENCE}</p>" * count),
    "json-many-values": lambda count: linked("{} " * count),
    "json-breadcrumbs": lambda count: linked(json.dumps({"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "position": n, "name": f"City {n}"} for n in range(count)]})),
    "json-items": lambda count: linked(json.dumps({"@type": "ItemList", "itemListElement": [{"url": f"/x/{n}"} for n in range(count)]})),
    "json-newlines-behind-quote": lambda count: linked('{"a": "b"' + "\n" * count + "x"),
    "json-blanks-behind-comma": lambda count: linked('{"a": "b",' + " " * count + "x"),
    "json-commas": lambda count: linked("[" + "," * count),
    "json-commas-blank": lambda count: linked("[" + ", " * count),
    "json-backslashes": lambda count: linked('["' + "\\" * count),
    "json-entities": lambda count: linked("&quot;" * count),
    "json-ampersands": lambda count: linked("&" * count),
    "json-quote-newlines": lambda count: linked('"\n' * count),
    "json-blanks": lambda count: linked("x" + " " * count + "x"),
    "json-strings-open": lambda count: linked('["a", ' * count),
    "json-deep-list": lambda count: linked("[" * count + "]" * count),
    "json-deep-open": lambda count: linked("[" * count),
    "json-deep-objects": lambda count: linked('{"a":' * count + "1" + "}" * count),
    "json-deep-author": lambda count: linked('{"@type":"NewsArticle","author":' + "[" * count + '"Ana Lee"' + "]" * count + "}"),
    "attributes": lambda count: page(f"<p {many('a{n}=1 ', count)}>x</p>"),
    "attributes-same": lambda count: page(f"<p {'a ' * count}>x</p>"),
    "attributes-behind-less-than": lambda count: page(f"<p a='<' {many('x{n} ', count)}>x</p>"),
    "attributes-behind-less-than-name": lambda count: page(f"<p a< {many('x{n} ', count)}>x</p>"),
    "attributes-behind-equals": lambda count: page(f"<p =a {many('x{n} ', count)}>x</p>"),
    "attributes-with-quotes": lambda count: page(f"<p {many('x{n}=a' + chr(34) + ' ', count)}>x</p>"),
    "attributes-quoted-names": lambda count: page(f"<p {many(chr(34) + 'x{n} ', count)}>x</p>"),
    "attributes-no-space": lambda count: page(f"<p {many('x{n}=' + chr(34) + chr(34), count)}>x</p>"),
    "attributes-of-html": lambda count: f"<html {many('x{n} ', count)}>" + page(),
    "attributes-in-json": lambda count: node(articleBody=f"<p a='<' {many('x{n} ', count)}>{SENTENCE * 9}</p>"),
    "classes": lambda count: page(f"<div class='{many('a{n} ', count)}'><p>{SENTENCE}</p></div>"),
    "classes-hyphen": lambda count: page(f"<div class='{'a-' * count}'><p>{SENTENCE}</p></div>"),
    "classes-camel": lambda count: page(f"<div class='{'aaaAaa' * count}'><p>{SENTENCE}</p></div>"),
    "styles-long": lambda count: page(f"<p style='{many('a{n}:b;', count)}'>{SENTENCE}</p>"),
    "entities": lambda count: page(f"<p>{'&amp;' * count}</p>"),
    "entities-unknown": lambda count: page(f"<p>{many('&a{n};', 10 * count)}</p>"),
    "entities-numeric": lambda count: page(f"<p>{'&#65;' * count}</p>"),
    "entities-digits": lambda count: page(f"<p>&#{'0' * count};</p>"),
    "less-than": lambda count: page("<" * count),
    "tags-open": lambda count: page("<p " * count),
    "comments-open": lambda count: page("<!--" * count),
    "scripts-open": lambda count: page("<script>" * count),
    "script-starts": lambda count: page("<script " * count),
    "titles-open": lambda count: "<title " * count + page(),
    "title-starts": lambda count: "<title>" * count + page(),
    "cdata-open": lambda count: page("<![CDATA[" * count),
    "doctypes": lambda count: "<!DOCTYPE html>" * count + page(),
    "instructions-open": lambda count: "<?xml " * count + page(),
    "blanks-in-front": lambda count: " " * count + page(),
    "nothing": lambda count: "x" * count,
    "nul": lambda count: page("\x00" * count),
    "marks": lambda count: page(f"<p>a{chr(0x301) * count}</p>"),
    "marks-mixed": lambda count: page(f"<p>a{(chr(0x301) + chr(0x323)) * count}</p>"),
}  # fmt: skip

RUNS = {
    "letters": "a",
    "capitals": "A",
    "words": "word ",
    "names": "Ana Lee ",
    "names-commas": "Ana Lee, ",
    "names-and": "Ana Lee and ",
    "by": "By ",
    "blanks": " ",
    "no-break-blanks": "\u00a0",
    "joiners": "\u200c",
    "newlines": "\n",
    "newlines-blank": "\n ",
    "newlines-words": "a\n",
    "tabs": "\t",
    "digits": "7",
    "digits-blank": "7 ",
    "colons": ":",
    "clock": "10:",
    "years": "2026-",
    "slashed": "5/",
    "months": "Nov ",
    "days": "5 Nov 2026 ",
    "ago": "3 hours ago ",
    "quotes": "'",
    "curly-quotes": "\u201c",
    "hyphens": "-",
    "dashes": "\u2013",
    "spaced-hyphens": " - ",
    "pipes": " | ",
    "brackets": "(",
    "closing-brackets": ")",
    "bracket-pairs": "()",
    "square-brackets": "[",
    "braces": "{",
    "dots": ".",
    "spaced-dots": ". ",
    "initials": "A. ",
    "commas": ",",
    "slashes": "/",
    "backslashes": "\\",
    "ampersands": "&amp;",
    "ats": "@",
    "addresses": "a@b.c ",
    "address-starts": "a@",
    "obscured": "a [at] ",
    "urls": "http://a.b/ ",
    "url-starts": "http://",
    "stars": "*",
    "sentences": "The tram left. ",
    "questions": "?",
    "less-than": "&lt;",
    "tags": "&lt;p&gt;",
    "wide": "\u4e2d",
    "arabic": "\u0627",
    "urdu-words": "\u06a9\u06cc ",
    "photo": "Photo: ",
    "source": "Source: ",
    "copyright": "\u00a9 ",
    "published": "Published ",
    "emoji": "\U0001f600",
    "percent": "%41",
    "plus": "+",
    "semicolons": ";",
    "underscores": "_",
    "hash": "#",
    "escaped-quotes": '\\"',
    "script-starts": "<script ",
    "script-tags": "<script>",
    "comment-starts": "<!--",
    "quote-newlines": '"\n',
    "equals": "=",
    "open-strings": '="{',
}
"""Pieces of text to repeat."""

PLACES = {
    "text": ("<p>{}</p>", ""),
    "text-between": ("<p>x{}x</p>", ""),
    "body": ("{}", ""),
    "heading": ("<h2>{}</h2>", ""),
    "h1": ("<h1>{}</h1>", ""),
    "byline": ("<p class=byline>By {}</p>", ""),
    "author-link": ("<a rel=author href=/a>{}</a>", ""),
    "date": ("<span class=date>{}</span>", ""),
    "time": ("<time>{}</time>", ""),
    "datetime": ('<time datetime="{}">x</time>', ""),
    "caption": ("<figure><img src=/a.jpg><figcaption>{}</figcaption></figure>", ""),
    "alt": ('<img src=/a.jpg alt="{}" title="{}">', ""),
    "link": ('<p><a href="{}">x</a></p>', ""),
    "image": ('<img src="{}">', ""),
    "srcset": ('<img src=/a.jpg srcset="{}">', ""),
    "class": ('<p class="{}">x</p>', ""),
    "id": ('<div id="{}"><p>x</p></div>', ""),
    "style": ('<p style="{}">x</p>', ""),
    "itemprop-author": ('<p itemprop=author content="{}">{}</p>', ""),
    "comment": ("<div id=comments><div class=comment id=comment-1><cite>{}</cite><p>{}</p></div></div>", ""),
    "comment-heading": ("<h3>{} comments</h3>", ""),
    "item": ("<ul><li>{}</li></ul>", ""),
    "cell": ("<table><tr><td>{}</td></tr></table>", ""),
    "quote": ("<blockquote>{}</blockquote>", ""),
    "preformatted": ("<pre>{}</pre>", ""),
    "markup-comment": ("<!-- {} -->", ""),
    "source-line": ("<p>Source: {}</p>", ""),
    "bio": ("<div class=author-bio>{}</div>", ""),
    "head": ("", "<title>{}</title>"),
    "canonical": ("", '<link rel=canonical href="{}">'),
    "base": ("", '<base href="{}">'),
    "language": ("", '<meta http-equiv=content-language content="{}">'),
    "robots": ("", '<meta name=robots content="{}">'),
    "charset": ("", '<meta http-equiv=content-type content="text/html; charset={}">'),
    "refresh": ("", '<meta http-equiv=refresh content="{}">'),
    "meta-author": ("", '<meta name=author content="{}">'),
    "meta-title": ("", '<meta property=og:title content="{}">'),
    "meta-site": ("", '<meta property=og:site_name content="{}">'),
    "meta-description": ("", '<meta name=description content="{}">'),
    "meta-keywords": ("", '<meta name=keywords content="{}">'),
    "meta-date": ("", '<meta property=article:published_time content="{}">'),
    "meta-copyright": ("", '<meta name=copyright content="{}">'),
    "meta-section": ("", '<meta property=article:section content="{}">'),
    "meta-image": ("", '<meta property=og:image content="{}">'),
    "script": ("", "<script>{}</script>"),
    "script-json": ("", "<script>a = [{}</script>"),
    "json": ("", '<script type="application/ld+json">{}</script>'),
    "json-open": ("", '<script type="application/ld+json">[{}</script>'),
    "json-headline": ("", '<script type="application/ld+json">{"@type":"NewsArticle","headline":"{}"}</script>'),
    "json-author": ("", '<script type="application/ld+json">{"@type":"NewsArticle","author":{"name":"{}"}}</script>'),
    "json-date": ("", '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"{}"}</script>'),
    "json-body": ("", '<script type="application/ld+json">{"@type":"NewsArticle","articleBody":"{}"}</script>'),
}  # fmt: skip
"""Where a text can be in a page: in its body and in its head."""


def run(place: str, piece: str, count: int) -> str:
    """Return an article with a long text of one piece in this place."""
    body, head = PLACES[place]
    text = piece * count
    return page(body.replace("{}", text), head=head.replace("{}", text))


COMBINED: dict[str, Shape] = {
    "deep-paragraphs": lambda count: page("<div>" * 100 + many(f"<p>{{n}} {SENTENCE}</p>", count)),
    "deep-short-paragraphs": lambda count: page("<div>" * 100 + "<p>no</p>" * count),
    "deep-empty": lambda count: page(above="<div>" * 100 + "a" + "<i></i>" * count + "</div>" * 100),
    "deep-bylines": lambda count: page("<div>" * 100 + "<p class=byline>By Ana Lee</p>" * count),
    "deep-comments": lambda count: page("<div>" * 100 + many("<div class=comment id=comment-{n}><b>Ana</b> <p>I like it</p></div>", count)),
    "deep-headings": lambda count: page("<div>" * 100 + many("<h1>Line {n}</h1>", count)),
    "deep-times": lambda count: page(above="<div>" * 100 + "<time>5 November 2026</time>" * count + "</div>" * 100),
    "deep-images": lambda count: page("<div>" * 100 + many("<img src=/i/{n}.jpg>", count)),
    "labels-in-box": within("<div class=box>", "<p>Read more:</p>", "</div>"),
    "notices-in-box": within("<div class=box>", "<h3>Subscribe to our newsletter</h3>", "</div>"),
    "dates-in-front": lambda count: page(above="<article>" + "<p>5 November 2026</p>" * count + f"<p>{SENTENCE * 3}</p></article>"),
    "comment-of-links": within("<div class=comment id=comment-1><cite>Ana</cite><p>", "<a href=/x>more about the line</a> ", "</p></div>"),
    "comment-of-bold": within("<div class=comment id=comment-1><cite>Ana</cite><p>", "<b>word</b> ", "</p></div>"),
    "comment-of-headings": within("<div class=comment id=comment-1>", "<h4>Ana on 5 November 2026</h4>", "</div>"),
    "comment-of-lines": within("<div class=comment id=comment-1><cite>Ana</cite><p>", "Ana wrote on 5 November 2026:<br>", "</p></div>"),
    "comment-of-quotes": within("<div class=comment id=comment-1><cite>Ana</cite>", "<blockquote>Ana wrote: yes</blockquote>", "</div>"),
    "comments-same-link": within("<div id=comments>", "<div class=comment><a href='#comment-5'>Ana</a> <p>I like it {n}</p></div>", "</div>"),
    "comments-same-id": within("<div id=comments>", "<div class=comment id=x><b class=author>Ana</b><p>I like it {n}</p></div>", "</div>"),
    "comments-same": within("<div id=comments>", "<div class=comment><b class=author>Ana</b><p>I like it</p></div>", "</div>"),
    "comment-replies": lambda count: page("<div id=comments>" + "<p>a</p>" * count + "<ul class=children>" + many("<li class=comment id=comment-{n}><cite>Ana</cite><p>I like it</p></li>", count) + "</ul></div>"),
    "comment-counts": lambda count: page("<span class=comment-count>x</span>" * count + many("<section class=comments><form></form></section>", count)),
    "site-names-and-bylines": lambda count: page(above=many("<p class=byline>By Ana {n} Lee</p>", count), head=many("<meta property=og:site_name content='Paper {n} of Rome'>", count)),
    "site-names-and-authors": lambda count: page(head=many("<meta property=og:site_name content='Paper {n}'><meta name=author content='Ana {n}'>", count)),
    "site-names-and-paragraphs": lambda count: page(many(f"<p>{{n}} {SENTENCE}</p>", count), head=many("<meta property=og:site_name content='Paper {n}'>", count)),
    "site-names-and-headings": lambda count: page(many("<h2>Line {n} opens | Paper</h2>", count), head=many("<meta property=og:site_name content='Paper {n}'>", count)),
    "authors-and-paragraphs": lambda count: page(many(f"<p>{{n}} {SENTENCE}</p>", count), head=many("<meta name=author content='Ana {n} Lee'>", count)),
    "titles-and-headings": lambda count: page(many("<h2>Line {n} opens</h2>", count), head=many('<script type="application/ld+json">{"@type":"NewsArticle","headline":"Line {n} opens"}</script>', count)),
    "canonicals-and-nodes": lambda count: page(head=many("<link rel=canonical href=/x/{n}>", count) + many('<script type="application/ld+json">{"@type":"NewsArticle","url":"/y/{n}"}</script>', count)),
    "images-and-metas": lambda count: page(many("<img src=/i/{n}.jpg>", count), head=many("<meta property=og:image content=/j/{n}.jpg>", count)),
    "json-references": lambda count: linked(json.dumps({"@graph": [{"@id": "#1", **{f"a{n}": n for n in range(count)}}, {"@type": "NewsArticle", "author": [{"@id": "#1", "b": 1}] * count}]})),
    "descriptions-and-paragraphs": lambda count: page(many(f"<p>{{n}} {SENTENCE}</p>", count), head=many("<meta property=og:description content='{n} x'>", count)),
    "parts-of-quotes": within("<p>", "<q>yes</q> ", "</p>"),
    "author-box": within("<div class=author-box>", "<p>Ana Lee writes about trams.</p>", "</div>"),
    "author-box-spans": within("<div class=author-box>", "<span>Ana Lee writes</span>", "</div>"),
    "author-boxes-deep": lambda count: page("<div class=author-box>" * 100 + "<i></i>" * count),
    "byline-of-links": within("<p class=byline>By ", "<a rel=author href=/author/a{n}>Ana {n} Lee</a>, ", "</p>"),
    "byline-of-empty": within("<p class=byline>By Ana Lee", "<i></i>", "</p>"),
    "bylines-around-empty": lambda count: page(above="<div class=byline>" * 100 + "By Ana Lee" + "<i></i>" * count + "</div>" * 100),
    "job-titles": above("<span class=job-title>reporter</span>"),
    "job-titles-empty": lambda count: page(above="<i></i>" * count + "<span class=job-title></span>" * count),
    "header-of-empty": lambda count: page(above="<header>" + "<div class=date></div>" * count + "</header>"),
    "figure-of-empty": within("<figure><img src=/a.jpg>", "<span class=credit></span>", "</figure>"),
    "list-of-lists": within("<ul>", "<li><ul><li>item {n}</li></ul></li>", "</ul>"),
    "table-of-tables": within("<table><tr>", "<td><table><tr><td>item {n}</td></tr></table></td>", "</tr></table>"),
    "sections-of-articles": within("<section>", "<article><p>no {n}</p></article>", "</section>"),
    "one-long-address": lambda count: page(f"<p><a href='/{'a' * count}'>x</a></p>" * 3),
}  # fmt: skip
"""Many of one thing beside, or inside, many of another."""

SHAPES: dict[str, Shape] = {**REPEATED, **HEAD, **NESTED, **VALUES, **COMBINED}
