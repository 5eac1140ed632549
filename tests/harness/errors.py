"""The one exception whose text is all that a person needs."""


class StackError(Exception):
    """What a person should read, in one line: the thing, the reason, the next step."""
