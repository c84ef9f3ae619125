"""Owns what each method costs and which scopes it takes (developers.google.com/gmail/api: quota, scopes)."""

_PREFIX = "https://www.googleapis.com/auth/gmail."
METADATA = _PREFIX + "metadata"

UNITS = {
    "messages.send": 100,
    "drafts.send": 100,
    "watch": 100,
    "stop": 50,
    "messages.batchModify": 50,
    "threads.get": 40,
    "messages.get": 20,
    "drafts.get": 20,
    "drafts.create": 10,
    "drafts.delete": 10,
    "threads.modify": 10,
    "drafts.list": 5,
    "messages.list": 5,
    "messages.modify": 5,
    "labels.create": 5,
    "labels.delete": 5,
    "history.list": 2,
    "labels.get": 1,
    "labels.list": 1,
    "getProfile": 1,
}

_READ = "modify readonly metadata"
_SCOPES = {
    "messages.send": "modify compose send",
    "drafts.send": "modify compose",
    "drafts.create": "modify compose",
    "drafts.delete": "modify compose",
    "drafts.get": "modify compose readonly",
    "drafts.list": "modify compose readonly",
    "messages.batchModify": "modify",
    "messages.modify": "modify",
    "threads.modify": "modify",
    "labels.create": "modify labels",
    "labels.delete": "modify labels",
    "labels.get": f"{_READ} labels",
    "labels.list": f"{_READ} labels",
    "getProfile": f"{_READ} compose",
}


def allowed(method: str, scopes: frozenset[str]) -> bool:
    wanted = {_PREFIX + name for name in _SCOPES.get(method, _READ).split()}
    return "https://mail.google.com/" in scopes or bool(wanted & scopes)
