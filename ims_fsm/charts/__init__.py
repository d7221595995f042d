"""Floor 3: charts drawn onto paper: a month, a sequence. Imports the law and the pictures, never the database."""
