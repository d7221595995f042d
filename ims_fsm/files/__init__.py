"""Files of people: how they are read, within a bound, and how they are written, so that none is lost."""
