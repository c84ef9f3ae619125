"""Owns drafts and sends: a draft is used up by sending it, and a sent mail's Message-ID is Gmail's own."""

from dataclasses import dataclass

from tests.localcloud.gmail import mail
from tests.localcloud.gmail.calls import Calls, method
from tests.localcloud.gmail.errors import invalid, not_found
from tests.localcloud.gmail.records import AccessEntry, Draft, Json, Message
from tests.localcloud.gmail.search import Query

MAX_PAGE = 500
REFUSES_Q = "Metadata scope does not support 'q' parameter"


def page_of(
    found: list[Message], page_token: str | None, max_results: int
) -> tuple[list[Message], str | None]:
    """Cut a page out of a list that is sorted already; the token is where the next one starts."""
    if page_token is not None and not page_token.isdigit():
        raise invalid("Invalid pageToken")
    start, size = int(page_token or 0), max(1, min(max_results, MAX_PAGE))
    end = start + size
    return found[start:end], str(end) if end < len(found) else None


@dataclass(frozen=True)
class HeldDraft:
    """A draft that a send has read and not yet removed."""

    draft: Draft


class Sending(Calls):
    """The methods of drafts, and messages.send."""

    @method("drafts.create")
    def create_draft(self, entry: AccessEntry, raw: bytes, thread: str | None = None) -> Json:
        self._check_thread(thread)
        message = self.state.add(raw, ["DRAFT"], self.world.now(), thread)
        draft = Draft(self.world.ids.draft(), message)
        self.state.drafts[draft.id] = draft
        entry.touch(message)
        return {"id": draft.id, "message": message.brief()}

    @method("drafts.get")
    def get_draft(self, entry: AccessEntry, draft_id: str, form: str = "full") -> Json:
        if form in ("full", "raw"):
            self.refuse_to_metadata_tokens(f"Metadata scope doesn't allow format {form.upper()}")
        draft = self.state.draft(draft_id)
        entry.format = form
        entry.touch(draft.message)
        return {"id": draft.id, "message": view(draft.message, form, None)}

    @method("drafts.delete")
    def delete_draft(self, entry: AccessEntry, draft_id: str) -> Json:
        draft = self.state.draft(draft_id)
        entry.touch(draft.message)
        self.state.remove(draft.message.id)
        return {}

    @method("drafts.list")
    def list_drafts(
        self, entry: AccessEntry, q: str | None = None, page_token: str | None = None, max_results: int = 100
    ) -> Json:
        if q:
            self.refuse_to_metadata_tokens(REFUSES_Q)
        query = Query(q or "")
        drafts = {draft.message.id: draft for draft in self.state.drafts.values()}
        found = [draft.message for draft in reversed(drafts.values()) if query.matches(draft.message)]
        page, following = page_of(found, page_token, max_results)
        for message in page:
            entry.touch(message)
        listed = [{"id": drafts[message.id].id, "message": message.stub()} for message in page]
        answer: Json = {"drafts": listed} if listed else {}
        return (
            answer | {"resultSizeEstimate": len(found)} | ({"nextPageToken": following} if following else {})
        )

    def send_draft(self, draft_id: str) -> Json:
        """Send a draft; with `simultaneous_send_doubles`, wait between reading and removing it."""
        if not self.world.simultaneous_send_doubles:
            return self._send_draft(draft_id, None)
        held = self.begin_send(draft_id)
        self.world.between_read_and_removal()
        return self.finish_send(draft_id, held)

    def begin_send(self, draft_id: str) -> HeldDraft | None:
        """Read the draft, as a send does first; None when it is gone. No call yet: `finish_send` is one."""
        with self.world.lock:
            draft = self.state.drafts.get(draft_id)
        return HeldDraft(draft) if draft is not None else None

    def finish_send(self, draft_id: str, held: HeldDraft | None) -> Json:
        """Send what was read; when the draft has gone since, this works only if simultaneous sends double."""
        return self._send_draft(draft_id, held)

    @method("drafts.send")
    def _send_draft(self, entry: AccessEntry, draft_id: str, held: HeldDraft | None) -> Json:
        draft = self.state.drafts.get(draft_id)
        if draft is None and held is not None and self.world.simultaneous_send_doubles:
            draft = held.draft
        if draft is None:
            raise not_found()
        raw, thread = draft.message.raw, draft.message.thread_id
        if draft.id in self.state.drafts:
            self.state.remove(draft.message.id)
        survives = self.world.draft_thread_survives
        message = self.world.send(self.state, raw, thread if survives else None, by_headers=not survives)
        entry.touch(message)
        return message.brief()

    @method("messages.send")
    def send_message(self, entry: AccessEntry, raw: bytes, thread: str | None = None) -> Json:
        self._check_thread(thread)
        message = self.world.send(self.state, raw, thread, by_headers=False)
        entry.touch(message)
        return message.brief()

    def _check_thread(self, thread: str | None) -> None:
        if thread is not None and not self.state.has_thread(thread):
            raise not_found()


def view(message: Message, form: str, wanted: list[str] | None) -> Json:
    """Show a message in one of the API's four formats; the snippet is in each."""
    shown: Json = {
        **message.brief(),
        "snippet": mail.snippet(message.parsed),
        "sizeEstimate": len(message.raw),
        "historyId": str(message.history_id),
        "internalDate": str(int(message.at.timestamp() * 1000)),
    }
    if form == "raw":
        shown["raw"] = mail.encode(message.raw)
    elif form == "full":
        shown["payload"] = mail.payload(message.parsed)
    elif form == "metadata":
        names = {name.lower() for name in wanted or []}
        kept = [pair for pair in mail.headers(message.parsed) if not names or pair["name"].lower() in names]
        shown["payload"] = {"partId": "", "mimeType": message.parsed.get_content_type(), "headers": kept}
    elif form != "minimal":
        raise invalid(f"Invalid value at 'format': {form}")
    return shown
