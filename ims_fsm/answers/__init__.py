"""What the program answers to other programs: JSON of declared shapes, the same on the command line and over HTTP."""
