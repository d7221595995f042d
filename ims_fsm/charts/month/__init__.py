"""The month in one picture: its days read from the calendar, told as rows of bars and marks, laid out on a sheet.

Imports the law and the shapes; `ims_fsm.charts.timeline` is the way in.
"""
