"""The portal's JSON: downloads and statements read, uploads and statements written. Pure: no store, no workflow."""
