"""Own the large consumer mail providers, at which very many unrelated people have their address.

A cap on mails to one company says nothing there, so it does not count for them. What is missing here is
only sent to more slowly.
"""

from __future__ import annotations

#: In the form of the domain under which an address is known: lower case, ASCII.
CONSUMER_DOMAINS = frozenset(
    {
        # Google, Microsoft, Yahoo and AOL, Apple
        *("gmail.com", "googlemail.com"),
        *("outlook.com", "outlook.de", "outlook.fr", "outlook.es", "outlook.it", "outlook.com.br"),
        *("hotmail.com", "hotmail.co.uk", "hotmail.fr", "hotmail.de", "hotmail.es", "hotmail.it"),
        *("live.com", "live.co.uk", "live.fr", "live.de", "live.nl", "live.it", "msn.com"),
        *("yahoo.com", "yahoo.co.uk", "yahoo.co.in", "yahoo.co.jp", "yahoo.com.br", "yahoo.fr", "yahoo.de"),
        *("yahoo.es", "yahoo.it", "yahoo.ca", "yahoo.com.au", "ymail.com", "rocketmail.com", "aol.com"),
        *("icloud.com", "me.com", "mac.com"),
        # independent ones
        *("proton.me", "protonmail.com", "pm.me", "fastmail.com", "fastmail.fm", "zoho.com", "mail.com"),
        *("hey.com", "tutanota.com", "tuta.com", "gmx.com", "gmx.net", "hushmail.com"),
        # by country
        *("gmx.de", "gmx.at", "gmx.ch", "web.de", "t-online.de", "freenet.de", "mailbox.org", "posteo.de"),
        *("orange.fr", "wanadoo.fr", "free.fr", "laposte.net", "sfr.fr", "libero.it", "virgilio.it"),
        *("btinternet.com", "sky.com", "virginmedia.com", "ntlworld.com", "comcast.net", "verizon.net"),
        *("att.net", "sbcglobal.net", "bellsouth.net", "cox.net", "charter.net", "shaw.ca", "rogers.com"),
        *("ziggo.nl", "kpnmail.nl", "planet.nl", "telenet.be", "skynet.be", "bluewin.ch", "hispeed.ch"),
        *("uol.com.br", "bol.com.br", "terra.com.br", "sapo.pt", "wp.pl", "o2.pl", "onet.pl", "interia.pl"),
        *("seznam.cz", "centrum.cz", "mail.ru", "yandex.ru", "yandex.com", "bk.ru", "inbox.ru", "list.ru"),
        *("qq.com", "163.com", "126.com", "sina.com", "foxmail.com", "naver.com", "hanmail.net", "daum.net"),
        *(
            "docomo.ne.jp",
            "ezweb.ne.jp",
            "softbank.ne.jp",
            "rediffmail.com",
            "bigpond.com",
            "optusnet.com.au",
        ),
    }
)


def is_company(domain: str) -> bool:
    """Say whether a domain is one employer's, so that its cap counts; an unknown one ("") is not."""
    return bool(domain) and domain not in CONSUMER_DOMAINS
