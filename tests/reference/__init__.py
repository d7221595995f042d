"""A second, independent reading of the law, and random histories on which it is compared with the program's."""
