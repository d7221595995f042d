"""`report`: what the portal answered to an upload.

Imports Typer and the options; the face when it is run.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ims_fsm.cli.call import Call, command
from ims_fsm.cli.output import counted, say
from ims_fsm.terms.vocabulary import UploadStatus

if TYPE_CHECKING:
    from ims_fsm import UploadReport

MOST = 100
# What an upload came to, in words.
STATUSES = {
    UploadStatus.PROCESSED: "the portal has processed the upload",
    UploadStatus.WITH_ERRORS: "the portal has processed the upload with errors",
    UploadStatus.REFUSED: "the portal has refused the whole upload",
    UploadStatus.IN_PROGRESS: "the portal still works on the upload; ask it again later",
}


@command("report", "gstin", "actor", "db", "at")
def report(call: Call, files: list[Path]) -> None:
    """Read what the portal answered to an upload: its status report, or the offline tool's error file.

    It says of each record that was not taken why, and what to do; the next ims-fsm export json names it again, until a
    download shows the action or a later answer takes it. Exit 1 unless everything was taken.
    """
    with call.working("Reading"), call.recipient() as buyer:
        reports = buyer.report(files)

    def tell() -> None:
        for each_report in reports:
            _tell_report(each_report)

    call.answer(tell, {"reports": reports}, held=all(answer.all_taken for answer in reports))


def _tell_report(answer: UploadReport) -> None:
    sort = f" ({answer.sort.upper()})" if answer.sort else ""
    say(f"{Path(answer.where).name}: {STATUSES[answer.status]}{sort} of {answer.recipient}.")
    if answer.message or answer.code:
        say(f"{_in_its_words(answer.code, answer.message)}: {answer.means}; {answer.remedy}")
    if answer.status is UploadStatus.IN_PROGRESS:
        return
    whole = answer.status is UploadStatus.REFUSED
    named = () if whole else answer.not_taken
    for refused in named[:MOST]:
        record = f"record {refused.record_id}, " if refused.record_id else ""
        say(f"- {record}{refused.document}: {_in_its_words(refused.code, refused.message)}", indent=2, hang=2)
        say(f"{refused.means[0].upper()}{refused.means[1:]}; {refused.remedy}.", indent=4)
    if len(named) > MOST:
        say(f"- and {len(named) - MOST:,} more; --json has all", indent=2)
    taken = "" if answer.uncertain else f"{counted(len(answer.taken), 'record')} taken, "
    left = (
        f"; {counted(answer.to_upload, 'record')} still to be uploaded: ims-fsm export json" if answer.to_upload else ""
    )
    say(f"{taken}{len(answer.not_taken):,} not taken{left}.")
    if answer.uncertain:
        say(f"note: what else was taken is not known, because {answer.uncertain}; the next download shows it")
    say(*(f"warning: {warning}" for warning in answer.warnings))


def _in_its_words(code: str, message: str) -> str:
    return " ".join(filter(None, (code, f'"{message}"' if message else ""))) or "no reason given"
