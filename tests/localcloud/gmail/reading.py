"""Owns messages, threads, labels, history and the watch, as the API shows them."""

from tests.localcloud.gmail.calls import Calls, method
from tests.localcloud.gmail.errors import GmailError, invalid, not_found
from tests.localcloud.gmail.records import (
    HISTORY_KINDS,
    AccessEntry,
    HistoryRecord,
    Json,
    Label,
    Message,
    Watch,
)
from tests.localcloud.gmail.search import Query
from tests.localcloud.gmail.sending import MAX_PAGE, REFUSES_Q, page_of, view

_HISTORY_TYPES = dict(
    zip(("messageAdded", "messageDeleted", "labelAdded", "labelRemoved"), HISTORY_KINDS, strict=True)
)


class Messages(Calls):
    """The methods of messages and threads that do not send."""

    @method("messages.get")
    def get_message(
        self,
        entry: AccessEntry,
        message_id: str,
        form: str = "full",
        metadata_headers: list[str] | None = None,
    ) -> Json:
        entry.format = form
        # On record also when it is not there: the attempt was made.
        entry.message_ids.append(message_id)
        if form in ("full", "raw"):
            self.refuse_to_metadata_tokens(f"Metadata scope doesn't allow format {form.upper()}")
        message = self.state.message(message_id)
        entry.thread_ids.append(message.thread_id)
        return view(message, form, metadata_headers)

    @method("messages.list")
    def list_messages(
        self,
        entry: AccessEntry,
        q: str | None = None,
        label_ids: list[str] | None = None,
        *,
        include_spam_trash: bool = False,
        page_token: str | None = None,
        max_results: int = 100,
    ) -> Json:
        if q:
            self.refuse_to_metadata_tokens(REFUSES_Q)
        query, labels = Query(q or ""), set(label_ids or [])
        hidden = set() if include_spam_trash or query.anywhere else {"SPAM", "TRASH"} - labels
        found = [
            message
            for message in self.state.messages.values()
            if labels <= set(message.labels) and not hidden & set(message.labels) and query.matches(message)
        ]
        found.sort(key=lambda message: (message.at, message.history_id), reverse=True)
        page, following = page_of(found, page_token, max_results)
        for message in page:
            entry.touch(message)
        answer: Json = {"messages": [message.stub() for message in page]} if page else {}
        return (
            answer | {"resultSizeEstimate": len(found)} | ({"nextPageToken": following} if following else {})
        )

    @method("messages.modify")
    def modify_message(
        self,
        entry: AccessEntry,
        message_id: str,
        add: list[str] | None = None,
        remove: list[str] | None = None,
    ) -> Json:
        message = self.state.message(message_id)
        entry.touch(message)
        self.state.relabel(message, add or [], remove or [])
        return message.brief()

    @method("messages.batchModify")
    def modify_messages(
        self,
        entry: AccessEntry,
        ids: list[str],
        add: list[str] | None = None,
        remove: list[str] | None = None,
    ) -> Json:
        messages: list[Message] = [self.state.messages[one] for one in ids if one in self.state.messages]
        self.state.check_labels([*(add or []), *(remove or [])])
        for message in messages:
            entry.touch(message)
            self.state.relabel(message, add or [], remove or [])
        return {}

    @method("threads.get")
    def get_thread(
        self,
        entry: AccessEntry,
        thread_id: str,
        form: str = "full",
        metadata_headers: list[str] | None = None,
    ) -> Json:
        entry.format = form
        if form == "full":
            self.refuse_to_metadata_tokens("Metadata scope doesn't allow format FULL")
        messages = self.state.thread(thread_id)
        for message in messages:
            entry.touch(message)
        newest = max(message.history_id for message in messages)
        shown = [view(message, form, metadata_headers) for message in messages]
        return {"id": thread_id, "historyId": str(newest), "messages": shown}

    @method("threads.modify")
    def modify_thread(
        self,
        entry: AccessEntry,
        thread_id: str,
        add: list[str] | None = None,
        remove: list[str] | None = None,
    ) -> Json:
        messages = self.state.thread(thread_id)
        for message in messages:
            entry.touch(message)
            self.state.relabel(message, add or [], remove or [])
        return {"id": thread_id, "messages": [message.brief() for message in messages]}


class Labels(Calls):
    """The methods of labels."""

    @method("labels.list")
    def list_labels(self, _entry: AccessEntry) -> Json:
        return {"labels": [label.view() for label in self.state.labels.values()]}

    @method("labels.get")
    def get_label(self, _entry: AccessEntry, label_id: str) -> Json:
        if label_id not in self.state.labels:
            raise not_found()
        return self.state.labels[label_id].view()

    @method("labels.create")
    def create_label(self, _entry: AccessEntry, name: str) -> Json:
        if not name:
            raise invalid("Invalid label name")
        if any(label.name.lower() == name.lower() for label in self.state.labels.values()):
            raise GmailError(409, "aborted", "Label name exists or conflicts")
        label = Label(self.world.ids.label(), name)
        self.state.labels[label.id] = label
        return label.view()

    @method("labels.delete")
    def delete_label(self, _entry: AccessEntry, label_id: str) -> Json:
        self.state.drop_label(label_id)
        return {}


class History(Calls):
    """The profile, the history and the watch."""

    @method("getProfile")
    def get_profile(self, _entry: AccessEntry) -> Json:
        return self.state.profile()

    @method("history.list")
    def list_history(
        self,
        entry: AccessEntry,
        start: str,
        *,
        types: list[str] | None = None,
        label_id: str | None = None,
        page_token: str | None = None,
        max_results: int = 100,
    ) -> Json:
        """List what came after `start`, oldest first; a page token holds the last id shown."""
        if not start.isdigit() or any(kind not in _HISTORY_TYPES for kind in types or []):
            raise invalid("Invalid startHistoryId or historyTypes")
        if int(start) < self.state.expired_before:
            raise not_found()
        answer: Json = {"historyId": str(self.state.history_id)}
        if self.world.empty_history_once:
            self.world.empty_history_once -= 1
            return answer
        shown_to, empty_before = _page_token(page_token, start)
        kinds = {_HISTORY_TYPES[kind] for kind in types or []} or set(HISTORY_KINDS)
        found = [record for record in self.state.history_after(shown_to) if record.kind in kinds]
        if label_id is not None:
            found = [record for record in found if label_id in record.labels]
        if found and empty_before < self.world.empty_pages:
            return answer | {"nextPageToken": f"{shown_to}.{empty_before + 1}"}
        return answer | self._page(entry, found, max(1, min(max_results, MAX_PAGE)))

    def _page(self, entry: AccessEntry, found: list[HistoryRecord], size: int) -> Json:
        page = found[:size]
        for record in page:
            entry.message_ids.append(record.message_id)
            entry.thread_ids.append(record.thread_id)
        answer: Json = {}
        if page:
            answer["history"] = [record.view(with_labels=self.world.history_labels) for record in page]
        if len(found) > size:
            answer["nextPageToken"] = f"{page[-1].id}.0"
        return answer

    @method("watch")
    def watch(self, _entry: AccessEntry, topic: str) -> Json:
        now, mine = self.world.now(), self.caller.client
        other = self.state.active_watch(now)
        if other is not None and other.topic != topic and other.client != mine:
            raise GmailError(
                400,
                "invalidArgument",
                "Only one user push notification client allowed per developer (call /stop)",
            )
        self.state.watch = Watch.starting(topic, mine, now)
        expires = int(self.state.watch.expires.timestamp() * 1000)
        return {"historyId": str(self.state.history_id), "expiration": str(expires)}

    @method("stop")
    def stop(self, _entry: AccessEntry) -> Json:
        self.state.watch = None
        return {}


def _page_token(token: str | None, start: str) -> tuple[int, int]:
    if token is None:
        return int(start), 0
    shown_to, _, empty = token.partition(".")
    if not (shown_to.isdigit() and empty.isdigit()):
        raise invalid("Invalid pageToken")
    return int(shown_to), int(empty)
