"""Walk through the consent as a person's browser does: every redirect, every cookie, the page at Google."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from http.cookies import SimpleCookie
from urllib.parse import urljoin, urlsplit

import requests


class NotConnected(Exception):
    """Say what the page said."""


class Browser:
    """Keep cookies, follow one redirect at a time, and note each host and path on the way."""

    def __init__(self) -> None:
        self.way: list[str] = []
        self._cookies: dict[str, SimpleCookie] = {}

    def get(self, url: str, stop: str) -> requests.Response | str:
        """Follow redirects to a page; return it, or the first URL that begins with ``stop``, unopened."""
        while True:
            if url.startswith(stop):
                return url
            answer = self._request("GET", url)
            if not answer.is_redirect:
                return answer
            url = urljoin(url, answer.headers["Location"])

    def submit(self, page: requests.Response, choice: str, stop: str) -> requests.Response | str:
        """Press a button of the page's form, its boxes ticked as they are."""
        form = re.search(r"<form\b[^>]*>", page.text)
        action = re.search(r'action="([^"]*)"', form.group(0)) if form else None
        target = urljoin(page.url, html.unescape(action.group(1))) if action else page.url
        answer = self._request("POST", target, [*_inputs(page.text), *_button(page.text, choice)])
        if answer.is_redirect:
            return self.get(urljoin(target, answer.headers["Location"]), stop)
        return answer

    def _request(
        self, method: str, url: str, fields: list[tuple[str, str]] | None = None
    ) -> requests.Response:
        # Browsers take localhost for secure and send Secure cookies there; Python's cookie jar does not.
        jar = self._cookies.setdefault(urlsplit(url).netloc, SimpleCookie())
        cookie = "; ".join(f"{name}={one.value}" for name, one in jar.items())
        headers = {"Cookie": cookie} if cookie else {}
        answer = requests.request(
            method, url, data=fields, headers=headers, allow_redirects=False, timeout=20
        )
        for header in answer.raw.headers.getlist("Set-Cookie"):
            jar.load(header)
        self.note(url, answer)
        return answer

    def note(self, url: str, answer: requests.Response) -> None:
        parts = urlsplit(url)
        self.way.append(f"{answer.request.method} {parts.path} {answer.status_code}")


def connect(base_url: str, token: str, wish: Mapping[str, str]) -> tuple[str, list[str]]:
    """Connect a mailbox through the whole chain; return where the browser ended, and its way there."""
    return_url = wish["return_url"]
    asked = requests.post(
        f"{base_url}/mailboxes/connections",
        json=wish,
        headers={"Authorization": f"Bearer {token}"},
        timeout=20,
    )
    asked.raise_for_status()
    browser = Browser()
    consent = browser.get(asked.json()["url"], return_url)
    assert isinstance(consent, requests.Response), "the browser was not sent to a consent page"
    end = browser.submit(consent, "allow", return_url)
    if isinstance(end, requests.Response):
        raise NotConnected(f"the mailbox was not connected: {_heading(end.text)}")
    return end, browser.way


def _inputs(page: str) -> list[tuple[str, str]]:
    found = []
    for tag in re.findall(r"<input\b[^>]*>", page):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        is_box = attributes.get("type") in {"checkbox", "radio"}
        if "name" in attributes and (not is_box or re.search(r"\bchecked\b", tag)):
            found.append((attributes["name"], html.unescape(attributes.get("value", "on"))))
    return found


def _button(page: str, choice: str) -> list[tuple[str, str]]:
    for tag in re.findall(r"<button\b[^>]*>", page):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if attributes.get("value", "").lower() == choice and "name" in attributes:
            return [(attributes["name"], attributes["value"])]
    return []


def _heading(page: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>\s*<p>(.*?)</p>", page, re.DOTALL)
    return html.unescape(" - ".join(found.groups())) if found else "no page"
