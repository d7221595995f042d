"""Sign-offs: a set of proposed actions that somebody else approves before it is done."""
