"""Where writers work: a declared machine's picture or table inside a Sphinx or MkDocs page.

`ims_fsm.writers.sphinx` is an extension, `ims_fsm.writers.mkdocs` a hook. Imports the law and the drawings, never the
store.
"""
