"""Papers of a recipient: the workbook in which actions are chosen, and the working papers of a period."""
