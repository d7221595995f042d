"""Floor 6: stories on a timeline, read from TOML and run on a store of their own. Imports floors below alone."""
