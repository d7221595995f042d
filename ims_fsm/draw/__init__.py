"""Pictures and tables of the declared machines, straight from the declaration.

Imports the law, never the database or the command line; `ims_fsm.diagram` is the way in for a notebook.
"""
