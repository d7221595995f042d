"""Every reader of what comes from outside, given what nobody would write: it answers with a sentence, or reads it."""
