"""GSTR-2B and GSTR-3B: generated, recomputed, filed, settled."""
