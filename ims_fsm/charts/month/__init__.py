"""A tax period in one picture."""
