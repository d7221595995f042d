"""Proofs that travel: the Merkle tree of a log, its checkpoints, and a record's history held against one."""
