"""What a recipient does with the portal: downloads taken in, uploads written, and their answers read.

Imports the use cases of reception; a call is one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Unpack

from ims_fsm.formats.gstn.answer import read_answer
from ims_fsm.formats.gstn.parts import Sources, contents_of
from ims_fsm.formats.gstn.upload import Upload
from ims_fsm.record.sighting import Sighting, checked_sightings
from ims_fsm.terms.border import checked_text, looked_at
from ims_fsm.workflow.reception import answering, importing, receiving, upload
from ims_fsm.workflow.reception.answering import UploadReport
from ims_fsm.workflow.reception.importing import Imported, Importing
from ims_fsm.workflow.reception.report import Each, Received
from ims_fsm.workflow.reception.upload import UploadChange
from ims_fsm.workflow.workspace import Desk


class PortalDesk(Desk):
    """What a recipient does with the portal; the part of `RecipientDesk` that meets its files."""

    def import_download(self, sources: Sources, *, where: str | None = None, **how: Unpack[Importing]) -> Imported:
        """Take in a download of the portal in any of its dialects; importing the same again changes nothing.

        A source is a path, an open file or its bytes; several are the files of one download, and a zip is read as the
        portal gives it. It is read as it is taken in, so memory does not grow with it. `where` names it in errors,
        `complete` says that it is everything of its sections, `each` is called with what happened to which record,
        `progress` with the number of bytes read. A recipient who is not registered here is registered as `registration`
        says.
        """
        as_here = {"request": self.request, "backdate": self.backdate}
        return importing.import_download(self._workspace, sources, where, self.gstin, self.principal, **as_here, **how)

    def receive(
        self, sightings: Iterable[Sighting], *, complete: frozenset[str] = frozenset(), each: Each | None = None
    ) -> Received:
        """Take in what the portal shows of the recipient's IMS; taking in the same again changes nothing.

        `complete` names the machines of which everything is shown: a saved record of theirs that is not shown
        was deleted by its supplier (FAQ 16). `each` is called with what happened, by the name of `Received`, to which
        record.
        """
        checked = checked_sightings(sightings)
        names = looked_at("machines", lambda border: border.several("complete", complete))
        machines = frozenset(checked_text("machine", name) for name in names)
        work = partial(receiving.receive, recipient=self.gstin, sightings=checked, complete=machines, notify=each)
        # What is shown may be read only once, so it is not tried again.
        return self._workspace.run(
            work, actor=self.principal, owner=self.gstin, request=self.request, backdate=self.backdate, retries=0
        )

    def changed_since_portal(self) -> list[UploadChange]:
        """Return the records whose action or declaration the portal does not have yet, with what it has.

        `refused` says why it did not take one that was uploaded before.
        """
        return self._asked(upload.changed_since_portal, self.gstin)

    def export_upload(self) -> Upload:
        """Return what the portal is still to be told: a SAVE and a RESET, each None where it would hold nothing.

        What it names is noted, so that `report` can tell what the portal took.
        """
        return self._done(upload.export_upload)

    def report(self, sources: Sources, *, where: str | None = None) -> list[UploadReport]:
        """Take in what the portal answered to an upload: its status report, or the offline tool's error file.

        Each file is an answer of its own. What was not taken is still to be uploaded, and the next `export_upload`
        names it again, until a download shows the action or a later answer takes it. What was taken is named no more,
        where the portal's counts are those of the last export.
        """
        files = contents_of(sources, where, "report")
        answers = [read_answer(data, name, self.gstin) for data, name in files]
        return [self._done(answering.take_answer, None, answer) for answer in answers]
