"""The portal's GSTR-2B: read, written, and compared with ours."""
