"""Histories: every course of one chain, its recipient's returns and the clock within bounds, explored and proved.

Pure: the law and the record decide; no database, no clock, nothing sampled.
"""
