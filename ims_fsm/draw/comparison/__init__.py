"""Two editions of a machine in one picture and one table: what a change of law adds, takes away and changes.

Imports the law's comparison and the sheet; decides no difference itself.
"""

from ims_fsm.draw.comparison.drawing import draw_comparison, write_comparisons
from ims_fsm.draw.comparison.sheet import ComparisonSheet, comparison_sheet
from ims_fsm.draw.comparison.table import DifferenceRow, difference_table, markdown

__all__ = [
    "ComparisonSheet",
    "DifferenceRow",
    "comparison_sheet",
    "difference_table",
    "draw_comparison",
    "markdown",
    "write_comparisons",
]
