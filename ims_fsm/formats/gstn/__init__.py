"""The portal's JSON: downloads and statements read, uploads and statements written. Pure: no store, no workflow."""

from __future__ import annotations

from ims_fsm.formats.gstn.chunks import chunks
from ims_fsm.formats.gstn.dialect import Dialect
from ims_fsm.formats.gstn.notation import dumps
from ims_fsm.formats.gstn.reading import read_download
from ims_fsm.formats.gstn.record import Download, PortalRecord
from ims_fsm.formats.gstn.status import Outcome, UploadError, UploadStatus, read_status
from ims_fsm.formats.gstn.two_b.comparison import compare
from ims_fsm.formats.gstn.two_b.difference import Difference, Explanation, TwoBLine, What
from ims_fsm.formats.gstn.two_b.line import PortalTwoB, PortalTwoBLine
from ims_fsm.formats.gstn.two_b.reading import read_two_b
from ims_fsm.formats.gstn.two_b.writing import write_two_b
from ims_fsm.formats.gstn.writing import Upload, UploadRecord, offline_file, write_upload

__all__ = [
    "Dialect",
    "Difference",
    "Download",
    "Explanation",
    "Outcome",
    "PortalRecord",
    "PortalTwoB",
    "PortalTwoBLine",
    "TwoBLine",
    "Upload",
    "UploadError",
    "UploadRecord",
    "UploadStatus",
    "What",
    "chunks",
    "compare",
    "dumps",
    "offline_file",
    "read_download",
    "read_status",
    "read_two_b",
    "write_two_b",
    "write_upload",
]
