"""The law in pages: lifecycles, the FAQ answered, calendar, Annexure-A, refusals and stories, as Markdown and HTML.

Imports the law and the pictures, never the database, the scenarios or the command line: stories are handed in.
"""

from ims_fsm.pages.publication import FORMATS, write_pages
from ims_fsm.pages.story import Story, story_of

__all__ = ["FORMATS", "Story", "story_of", "write_pages"]
