"""Floor 5: what crosses the border as files: the portal's JSON dialects and workbooks. Imports no command line."""
