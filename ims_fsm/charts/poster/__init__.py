"""The whole law on one sheet of paper."""
