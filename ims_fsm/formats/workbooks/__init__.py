"""Workbooks (.xlsx): records in the sheets of the portal's offline tool, and what is filled into them."""
