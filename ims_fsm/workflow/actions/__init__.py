"""What a recipient does: one action, many, a file of proposed ones; and what it would come to."""
