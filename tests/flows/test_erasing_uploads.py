"""Show that an upload which is erased leaves no part behind, even one that comes meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from lib.core import keys
from lib.core.callers import VerifiedCaller
from lib.core.keys import Changes, Snapshot
from lib.core.records import Upload, UploadPart
from lib.core.uploads import NewUpload
from lib.flows.uploading import put_part, start_upload
from tests.flows.erasing_scene import erase, through
from tests.flows.memory_services import ORG
from tests.flows.outreach import ANN, BEN, Outreach


def test_a_part_that_comes_while_its_upload_is_erased_goes_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outreach = Outreach(ANN, BEN)
    author = VerifiedCaller(org=ORG, user="user-1", email="recruiter@example.com", role="member")
    content = f"email,city\n{ANN},Kelvin\n".encode()
    upload = start_upload(outreach, author, NewUpload(format="csv", bytes=len(content)))
    commit, key = outreach.store.commit, keys.upload(ORG, upload.id)

    def late(snapshot: Snapshot, changes: Changes[Any]) -> Snapshot:
        if key in changes.deletes:
            monkeypatch.setattr(outreach.store, "commit", commit)
            put_part(outreach, author, upload.id, "0", content)
        return commit(snapshot, changes)

    monkeypatch.setattr(outreach.store, "commit", late)
    through(outreach, erase(outreach))
    assert outreach.kept(Upload) == outreach.kept(UploadPart) == []
