"""Each family of comment markup, read whole: author, date, text, thread, count, system."""

from datetime import UTC, datetime

import pytest

from ingest.extraction.comments import find_comments
from ingest.extraction.model import CommentSection
from ingest.html.page import parse, text_of
from ingest.record import Comment, CommentSystem
from ingest.sites import UNKNOWN_SITE, Select, Site
from tests.extraction.facts import facts_of

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
STORY = (
    "<article><h1>Bridge opens</h1><p>"
    + "The bridge was opened to traffic on Monday. " * 20
    + "</p></article>"
)


def section(body: str, *, head: str = "", site: Site = UNKNOWN_SITE) -> CommentSection:
    html = f"<html lang='en'><head><title>Bridge opens</title>{head}</head><body>{STORY}{body}</body></html>"
    page = parse(html, "https://example.com/2024/01/bridge/")
    return find_comments(
        facts_of(page, site.model_copy(update={"time_zone": "Asia/Karachi"}), now=NOW)
    )


def brief(comment: Comment) -> tuple[str, str | None, str | None, str | None, str]:
    return comment.id, comment.parent_id, comment.author.name, comment.date_created, comment.text


WORDPRESS = """
<div id="comments" class="comments-area">
  <h2 class="comments-title">2 thoughts on &ldquo;Bridge opens&rdquo;</h2>
  <ol class="comment-list">
    <li id="comment-41" class="comment even thread-even depth-1 parent">
      <article id="div-comment-41" class="comment-body">
        <footer class="comment-meta">
          <div class="comment-author vcard"><img class="avatar" alt="">
            <b class="fn"><a href="https://asma.example.net/" class="url" rel="external nofollow ugc">Asma</a></b>
            <span class="says">says:</span></div>
          <div class="comment-metadata"><a href="https://example.com/2024/01/bridge/#comment-41">
            <time datetime="2024-01-08T12:30:05+05:00">January 8, 2024 at 12:30 pm</time></a>
            <span class="edit-link"><a href="/edit">Edit</a></span></div>
        </footer>
        <div class="comment-content"><p>It took nine months.</p><p>Far too long.</p></div>
        <div class="reply"><a class="comment-reply-link" href="?replytocom=41#respond">Reply</a></div>
      </article>
      <ol class="children">
        <li id="comment-43" class="comment odd alt depth-2">
          <article id="div-comment-43" class="comment-body">
            <footer class="comment-meta">
              <div class="comment-author vcard"><b class="fn">Bilal</b> <span class="says">says:</span></div>
              <div class="comment-metadata"><time datetime="2024-01-08T14:00:00+05:00">2 pm</time></div>
            </footer>
            <div class="comment-content"><p>Better late than never.</p></div>
          </article>
        </li>
      </ol>
    </li>
    <li id="comment-44" class="pingback even depth-1"><div class="comment-body">Pingback:
      <a href="https://other.example.net/">Roads of the week</a></div></li>
  </ol>
  <div id="respond" class="comment-respond"><h3 id="reply-title">Leave a Reply</h3>
    <form id="commentform"><textarea name="comment"></textarea></form></div>
</div>"""


def test_wordpress_comments_keep_author_date_text_and_thread() -> None:
    found = section(WORDPRESS)
    assert [brief(comment) for comment in found.comments] == [
        ("41", None, "Asma", "2024-01-08T12:30:05+05:00", "It took nine months.\n\nFar too long."),
        ("43", "41", "Bilal", "2024-01-08T14:00:00+05:00", "Better late than never."),
    ]
    assert found.comments[0].author.url == "https://asma.example.net/"
    assert found.comments[1].author.url is None
    assert (found.count, found.system, found.source) == (2, CommentSystem.NATIVE, "html")


def test_the_sections_to_leave_out_hold_all_comments_and_nothing_of_the_article() -> None:
    found = section(WORDPRESS)
    assert [element.get("id") for element in found.elements] == ["comments"]


def test_older_wordpress_themes_show_the_date_in_a_link_without_time_element() -> None:
    found = section("""
      <h3 id="comments">One Response to &#8220;Bridge opens&#8221;</h3>
      <ol class="commentlist">
        <li class="comment even depth-1" id="comment-7"><div id="div-comment-7" class="comment-body">
          <div class="comment-author vcard"><cite class="fn">Chand</cite> <span class="says">says:</span></div>
          <div class="comment-meta commentmetadata"><a href="https://example.com/2024/01/bridge/#comment-7">
            August 17, 2015 at 3:04 pm</a></div>
          <p>Who paid for it?</p>
          <div class="reply"><a href="?replytocom=7">Reply</a></div></div></li>
      </ol>""")
    assert [brief(comment) for comment in found.comments] == [
        ("7", None, "Chand", "2015-08-17T15:04:00+05:00", "Who paid for it?")
    ]
    assert found.comments[0].date_created_raw == "August 17, 2015 at 3:04 pm"
    assert found.count == 1


def test_a_byline_line_below_the_text_gives_author_and_date() -> None:
    found = section("""
      <h2 id="comments">2 Comments</h2><ol id="commentlist">
        <li id="comment-3"><p>Nice pictures of the river.</p>
          <p><cite>Comment by <a href="http://dawud.example.net">Dawud</a> &#8212; July 17, 2011 @
            <a href="#comment-3">1:04 pm</a></cite></p></li>
        <li id="comment-5"><p>More of them, please.</p>
          <p><cite>Comment by Esha &#8212; July 18, 2011 @ <a href="#comment-5">9:10 am</a></cite></p></li>
      </ol>""")
    assert [brief(comment)[2:] for comment in found.comments] == [
        ("Dawud", "2011-07-17T13:04:00+05:00", "Nice pictures of the river."),
        ("Esha", "2011-07-18T09:10:00+05:00", "More of them, please."),
    ]


def test_genesis() -> None:
    found = section("""
      <div class="entry-comments" id="comments"><h3>Comments</h3><ol class="comment-list">
        <li class="comment even depth-1" id="comment-90"><article itemprop="comment" itemscope
            itemtype="https://schema.org/Comment">
          <header class="comment-header"><p class="comment-author" itemprop="author" itemscope
              itemtype="https://schema.org/Person"><img class="avatar" alt=""><span itemprop="name">Farah</span>
              <span class="says">says</span></p>
            <p class="comment-meta"><time class="comment-time" datetime="2024-01-09T08:00:00+00:00">
              <a href="#comment-90">January 9, 2024 at 1:00 pm</a></time></p></header>
          <div class="comment-content" itemprop="text"><p>I crossed it today.</p></div>
          <div class="comment-reply"><a href="?replytocom=90">Reply</a></div></article></li>
      </ol></div>""")
    assert [brief(comment) for comment in found.comments] == [
        ("90", None, "Farah", "2024-01-09T08:00:00+00:00", "I crossed it today.")
    ]


DISQUS = """
<div id="disqus_thread"><div id="dsq-content"><ul id="dsq-comments">
  <li class="comment even depth-1" id="dsq-comment-62">
    <div id="dsq-comment-header-62" class="dsq-comment-header"><cite id="dsq-cite-62">
      <a id="dsq-author-user-62" href="http://gul.example.net/" rel="nofollow">Gul</a></cite></div>
    <div id="dsq-comment-body-62" class="dsq-comment-body">
      <div id="dsq-comment-message-62" class="dsq-comment-message"><p>Correction: it has four lanes.</p></div></div>
    <ul class="children"><li class="comment odd depth-2" id="dsq-comment-63">
      <div id="dsq-comment-header-63" class="dsq-comment-header"><cite id="dsq-cite-63">
        <span id="dsq-author-user-63">Hina</span></cite></div>
      <div id="dsq-comment-body-63" class="dsq-comment-body">
        <div id="dsq-comment-message-63" class="dsq-comment-message"><p>Six, says the plan.</p></div></div></li></ul>
  </li>
  <li class="post pingback"><p>Pingback: <a href="http://x.example.net/">Lanes and roads</a>()</p></li>
</ul></div></div>"""


def test_disqus_rendered_by_the_server_has_no_dates() -> None:
    found = section(DISQUS)
    assert [brief(comment) for comment in found.comments] == [
        ("62", None, "Gul", None, "Correction: it has four lanes."),
        ("63", "62", "Hina", None, "Six, says the plan."),
    ]
    assert found.comments[0].author.url == "http://gul.example.net/"
    assert found.system is CommentSystem.DISQUS


def test_wpdiscuz_names_the_parent_in_the_id() -> None:
    found = section("""
      <div id="comments" class="comments-area"><div id="wpdcom" class="wpdiscuz_unauth wpd-default">
        <div class="wpd-thread-head"><div class="wpd-thread-info" data-comments-count="2">2 Comments</div></div>
        <div class="wpd-thread-wrapper"><div class="wpd-thread-list">
        <div id="wpd-comm-5_0" class="comment even wpd-comment wpd_comment_level-1"><div class="wpd-comment-wrap">
          <div id="comment-5" class="wpd-comment-right">
            <div class="wpd-comment-header"><div class="wpd-comment-author">Iqbal</div>
              <div class="wpd-comment-date" title="January 8, 2024 6:03 pm"><i></i> 2 years ago</div></div>
            <div class="wpd-comment-text"><p>The toll is high.</p></div>
            <div class="wpd-comment-footer"><div class="wpd-vote"><div class="wpd-vote-result">3</div></div>
              <div class="wpd-reply-button"><span>Reply</span></div></div></div></div>
          <div id="wpd-comm-6_5" class="comment odd wpd-comment wpd-reply wpd_comment_level-2">
            <div class="wpd-comment-wrap"><div id="comment-6" class="wpd-comment-right">
              <div class="wpd-comment-header"><div class="wpd-comment-author">Javeria</div>
                <div class="wpd-comment-date" title="January 9, 2024 7:00 am"> 2 years ago</div></div>
              <div class="wpd-comment-text"><p>Half that for bicycles.</p></div></div></div></div></div>
      </div></div></div></div>""")
    assert [brief(comment) for comment in found.comments] == [
        ("5", None, "Iqbal", "2024-01-08T18:03:00+05:00", "The toll is high."),
        ("6", "5", "Javeria", "2024-01-09T07:00:00+05:00", "Half that for bicycles."),
    ]
    assert (found.count, found.system) == (2, CommentSystem.WPDISCUZ)


def test_microdata_outside_any_named_list() -> None:
    found = section("""
      <div class="x1"><div itemprop="comment" itemscope itemtype="http://schema.org/UserComments">
        <span itemprop="creator">Kamran</span> <meta itemprop="commentTime" content="2024-01-08T10:00:00Z">
        <div itemprop="commentText">Good for the market.</div></div>
      <div itemprop="comment" itemscope itemtype="http://schema.org/UserComments">
        <span itemprop="creator">Lubna</span> <meta itemprop="commentTime" content="2024-01-08T11:00:00Z">
        <div itemprop="commentText">Bad for the ferry.</div></div></div>""")
    assert [brief(comment)[2:] for comment in found.comments] == [
        ("Kamran", "2024-01-08T10:00:00+00:00", "Good for the market."),
        ("Lubna", "2024-01-08T11:00:00+00:00", "Bad for the ferry."),
    ]


def test_drupal_puts_replies_in_an_indented_block_behind_the_comment() -> None:
    found = section("""
      <section id="comments" class="comments comment-wrapper"><h2 class="title comment-form">Comments</h2>
      <article class="comment odd" about="/comment/11#comment-11" typeof="sioc:Post sioct:Comment"><header>
        <p class="submitted"><span property="dc:date dc:created" content="2024-01-08T13:11:26+05:00"
          rel="sioc:has_creator"><span class="username" property="foaf:name">Mehwish</span> on
          <time datetime="2024-01-08T13:11:26+05:00">8 January 2024</time></span>
        <a href="/comment/11#comment-11" class="permalink" rel="bookmark">Permalink</a></p></header>
        <h3 property="dc:title"><a href="/comment/11#comment-11">The railing</a></h3>
        <div class="field field-name-comment-body"><p>It is too low.</p></div>
        <ul class="links"><li class="comment-reply"><a href="/comment/reply/1/11">reply</a></li></ul></article>
      <div class="indented"><article class="comment even" about="/comment/12#comment-12"
          typeof="sioc:Post sioct:Comment"><header><p class="submitted">
        <span property="dc:date dc:created" content="2024-01-08T15:00:00+05:00"><span class="username"
          property="foaf:name">Nadia</span></span>
        <a href="/comment/12#comment-12" class="permalink">Permalink</a></p></header>
        <div class="field field-name-comment-body"><p>It meets the code.</p></div></article></div></section>""")
    assert [brief(comment) for comment in found.comments] == [
        ("11", None, "Mehwish", "2024-01-08T13:11:26+05:00", "It is too low."),
        ("12", "11", "Nadia", "2024-01-08T15:00:00+05:00", "It meets the code."),
    ]


def test_blogger_states_the_instant_in_the_permalink() -> None:
    found = section("""
      <div id="comments" class="comments"><h4>1 comment:</h4><div class="comments-content"><ol>
      <li class="comment" id="c426523598183"><div class="comment-block"><div class="comment-header">
        <cite class="user"><a href="https://profiles.example.net/9" rel="nofollow">Omar</a></cite>
        <span class="datetime secondary-text"><a rel="nofollow"
          href="https://example.com/2024/01/bridge/?showComment=1381172401460#c426523598183">21:00</a></span></div>
        <p class="comment-content">Short!</p>
        <span class="comment-actions secondary-text"><a class="comment-reply">Reply</a></span></div></li>
      </ol></div></div>""")
    assert [brief(comment) for comment in found.comments] == [
        ("426523598183", None, "Omar", "2013-10-07T19:00:01+00:00", "Short!")
    ]
    assert found.comments[0].date_created_raw == "21:00"
    assert found.count == 1


GENERIC = {
    "items named in German": """<div class="kommentare"><h3>Kommentare (2)</h3>
      <div class="kommentar-item"><h5>Rana</h5><span class="datum">8.1.2024, 10:00</span>
        <div class="kommentar-text">One.</div></div>
      <div class="kommentar-item"><h5>Sana</h5><span class="datum">8.1.2024, 11:00</span>
        <div class="kommentar-text">Two.</div></div></div>""",
    "names in camel case": """<div id="commentsList"><h3>2 Comments</h3>
      <div class="SiteComment"><span class="SiteCommentAuthor">Rana</span>
        <span class="SiteCommentTime">2024-01-08 10:00</span><div class="SiteCommentText">One.</div></div>
      <div class="SiteComment"><span class="SiteCommentAuthor">Sana</span>
        <span class="SiteCommentTime">2024-01-08 11:00</span><div class="SiteCommentText">Two.</div></div></div>""",
    "only the section named": """<section class="reader-comments"><h2>2 comments</h2><ul>
      <li><b class="user">Rana</b> <time datetime="2024-01-08T10:00">10:00</time><p>One.</p></li>
      <li><b class="user">Sana</b> <time datetime="2024-01-08T11:00">11:00</time><p>Two.</p></li></ul></section>""",
    "the noun first, as in Spanish": """<aside class="comentarios"><h2>2 comentarios</h2>
      <article><header><div class="autor">Rana</div><time>08/01/2024 10:00</time></header>
        <div class="texto-comentario"><p>One.</p></div></article>
      <article><header><div class="autor">Sana</div><time>08/01/2024 11:00</time></header>
        <div class="texto-comentario"><p>Two.</p></div></article></aside>""",
    "a definition list": """<dl id="comment_list"><dt class="comment"><span class="comment_author">Rana</span>
        <span class="comment_time">January 8, 2024 10:00</span></dt>
      <dd class="comment"><div class="format_text" id="comment-body-1"><p>One.</p></div></dd>
      <dt class="comment"><span class="comment_author">Sana</span>
        <span class="comment_time">January 8, 2024 11:00</span></dt>
      <dd class="comment"><div class="format_text" id="comment-body-2"><p>Two.</p></div></dd></dl>
      <p class="comment-count">2 comments</p>""",
}


@pytest.mark.parametrize("markup", GENERIC.values(), ids=GENERIC.keys())
def test_lists_without_a_known_system(markup: str) -> None:
    found = section(markup)
    assert [brief(comment)[1:] for comment in found.comments] == [
        (None, "Rana", "2024-01-08T10:00:00+05:00", "One."),
        (None, "Sana", "2024-01-08T11:00:00+05:00", "Two."),
    ]
    assert found.system is CommentSystem.NATIVE
    assert len({comment.id for comment in found.comments}) == 2
    taken = " ".join(text_of(element) for element in found.elements)
    assert "One." in taken
    assert "Monday" not in taken


def test_json_ld_holds_comments_that_the_page_does_not() -> None:
    head = """<script type="application/ld+json">{"@context": "https://schema.org", "@type": "NewsArticle",
      "headline": "Bridge opens", "commentCount": 3, "comment": [
        {"@type": "Comment", "@id": "https://example.com/2024/01/bridge/#comment-8", "text": "First.<br>Second.",
         "dateCreated": "2024-01-08T10:00:00+05:00",
         "author": {"@type": "Person", "name": "Tahir", "url": "https://tahir.example.net/"},
         "comment": {"@type": "Comment", "text": "Third.", "author": {"@type": "Person", "name": "Uzma"}}},
        {"@type": "Comment", "text": "", "author": "nobody"}]}</script>"""
    found = section("", head=head)
    first, second = found.comments
    assert brief(first) == ("8", None, "Tahir", "2024-01-08T10:00:00+05:00", "First.\n\nSecond.")
    assert first.author.url == "https://tahir.example.net/"
    assert brief(second)[1:] == ("8", "Uzma", None, "Third.")
    assert (found.count, found.source) == (3, "json-ld")


def test_a_site_definition_names_the_comments_of_odd_markup() -> None:
    site = Site(name="example", domain="example.com", select=Select(comments=["div.q7"]))
    found = section(
        "<div class='w'><div class='q7'><b>Wali</b><p>Odd but true.</p></div></div>", site=site
    )
    assert [(comment.author.name, comment.text) for comment in found.comments] == [
        ("Wali", "Odd but true.")
    ]
    assert found.source == "rule"
