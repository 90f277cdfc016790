"""Raises something that cannot be shown, at import."""


class Unspeakable(Exception):
    def __str__(self):
        raise RuntimeError("nobody can say what this is")

    __repr__ = __str__


raise Unspeakable
