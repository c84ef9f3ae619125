"""Own the HTML of the world's pages: everything in it is escaped, a mail's own HTML is not shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from html import escape
from urllib.parse import urlencode

from tests.e2e.demo.script import opt_out_link
from tests.localcloud.gmail.records import Delivery

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; background: Canvas;
  color: CanvasText; }
body { max-width: 52rem; margin: 0 auto; padding: 1rem 1rem 4rem; overflow-wrap: anywhere; }
header { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: baseline; }
header form, .answers { display: flex; flex-wrap: wrap; gap: .5rem; }
button, input, textarea { font: inherit; padding: .4rem .8rem; }
textarea { width: 100%; box-sizing: border-box; }
article { border: 1px solid GrayText; border-radius: .5rem; padding: 0 1rem 1rem; margin: 1rem 0; }
article h2 { font-size: 1.1rem; }
pre { white-space: pre-wrap; font: inherit; }
table { border-collapse: collapse; width: 100%; }
th { overflow-wrap: normal; }
th, td { text-align: left; padding: .35rem .5rem .35rem 0; border-bottom: 1px solid GrayText; }
"""
#: The clock's buttons, and their minutes.
MOVES = {"10 minutes on": 10, "1 hour on": 60, "1 day on": 24 * 60}


@dataclass(frozen=True)
class Inbox:
    """What lies in a candidate's inbox, oldest first."""

    address: str
    mails: Sequence[Delivery]


def overview(now: datetime, inboxes: Sequence[Inbox], total: int, wanted: str) -> str:
    """Show the time and who has got mail, the latest first."""
    rows = "\n".join(map(_row, inboxes))
    more = f"<p>{len(inboxes)} of {total} are shown: look for the others.</p>" if total > len(inboxes) else ""
    table = (
        f'<table><thead><tr><th scope="col">Candidate</th><th scope="col">Mails</th>'
        f'<th scope="col">Latest</th><th scope="col">Came</th></tr></thead><tbody>{rows}</tbody></table>'
    )
    nobody = "<p>Nobody has got a mail yet. Launch a campaign in the console, and move the clock on.</p>"
    body = f"""
<h1>The candidates</h1>
<form role="search"><label>Address <input name="q" value="{escape(wanted)}"></label>
<button>Find</button></form>
{table if inboxes else nobody}
{more}"""
    return _page("The world", now, "/", body)


def _row(inbox: Inbox) -> str:
    latest = inbox.mails[-1]
    link = escape(f"/inbox?{urlencode({'address': inbox.address})}")
    return (
        f'<tr><td><a href="{link}">{escape(inbox.address)}</a></td><td>{len(inbox.mails)}</td>'
        f"<td>{escape(str(_parsed(latest)['Subject']))}</td><td>{_time(latest.at)}</td></tr>"
    )


def inbox(now: datetime, inbox: Inbox, answers: Iterable[str], *, answered: bool) -> str:
    """Show one candidate's mails, the newest first, each with the ways to answer it."""
    kinds = list(answers)
    mails = [_mail(inbox.address, number, mail, kinds) for number, mail in enumerate(inbox.mails)]
    body = f'<p><a href="/">All candidates</a></p>\n<h1>{escape(inbox.address)}</h1>\n'
    body += '<p role="status">The answer is on its way.</p>\n' if answered else ""
    here = f"/inbox?{urlencode({'address': inbox.address})}"
    return _page(inbox.address, now, here, body + "\n".join(reversed(mails)))


def _mail(address: str, number: int, mail: Delivery, kinds: Iterable[str]) -> str:
    message = _parsed(mail)
    buttons = "\n".join(
        f'<button name="kind" value="{escape(kind)}">{escape(kind)}</button>' for kind in kinds
    )
    link = opt_out_link(mail.raw)
    leave = f'<p><a href="{escape(link)}">Open the opt-out link</a></p>' if link else ""
    return f"""<article>
<h2>{escape(str(message["Subject"]))}</h2>
<p>From {escape(str(message["From"]))}, {_time(mail.at)}</p>
<pre>{escape(_text(message))}</pre>
{leave}
<form method="post" action="/answers">
<input type="hidden" name="address" value="{escape(address)}">
<input type="hidden" name="mail" value="{number}">
<p>Answer:</p>
<p class="answers">{buttons}</p>
<label>In your own words <textarea name="words" rows="3"></textarea></label>
<button>Send</button>
</form>
</article>"""


def _parsed(mail: Delivery) -> EmailMessage:
    return BytesParser(policy=default).parsebytes(mail.raw)


def _text(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    return str(part.get_content()) if part is not None else ""


def _time(moment: datetime) -> str:
    return f'<time datetime="{moment.isoformat()}">{moment:%a %d %b %Y, %H:%M:%S} UTC</time>'


def _page(title: str, now: datetime, here: str, body: str) -> str:
    moves = "\n".join(
        f'<button name="minutes" value="{minutes}">{label}</button>' for label, minutes in MOVES.items()
    )
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(title)} - local world</title>
<link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>{STYLE}</style></head>
<body>
<header><p>It is {_time(now)}.</p>
<form method="post" action="/clock"><input type="hidden" name="then" value="{escape(here)}">
{moves}</form></header>
<main>
{body}
</main>
</body></html>
"""
