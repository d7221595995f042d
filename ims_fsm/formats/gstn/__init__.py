"""The portal's JSON: downloads and statements read, uploads and statements written. Pure: no store, no workflow."""

from __future__ import annotations

from ims_fsm.formats.gstn.download import check_download
from ims_fsm.formats.gstn.envelope import Dialect
from ims_fsm.formats.gstn.notation import dumps
from ims_fsm.formats.gstn.two_b.comparison import Difference, Explanation, What, compare
from ims_fsm.formats.gstn.two_b.reading import read_two_b, read_two_bs
from ims_fsm.formats.gstn.two_b.statement import PortalTwoB, PortalTwoBLine
from ims_fsm.formats.gstn.two_b.writing import write_two_b
from ims_fsm.formats.gstn.upload import Upload, UploadRecord, chunks, offline_file, write_upload

__all__ = [
    "Dialect",
    "Difference",
    "Explanation",
    "PortalTwoB",
    "PortalTwoBLine",
    "Upload",
    "UploadRecord",
    "What",
    "check_download",
    "chunks",
    "compare",
    "dumps",
    "offline_file",
    "read_two_b",
    "read_two_bs",
    "write_two_b",
    "write_upload",
]
