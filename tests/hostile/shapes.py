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
    "preformatted": within("<pre>", "this is line {n} of the text\n", "</pre>"),
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
    # With words of a language: of dates alone the detection has a step at some length.
    "dates-in-paragraph": within("<p>", "On 5 November 2026 the tram came back. ", "</p>"),
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
        "<div id=comments>" + "<div class=comment><p>I like it</p>" * (3 * count)
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
