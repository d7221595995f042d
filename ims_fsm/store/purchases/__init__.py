"""Purchase registers in the database: their documents, and how they are paired with records."""
