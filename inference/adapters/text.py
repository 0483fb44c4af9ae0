"""Text that every store and every page can take.

JSON may carry half a surrogate pair or a NUL character; PostgreSQL and UTF-8 take neither.
"""

REPLACEMENT = "\ufffd"


class TextJoiner:
    """Cleans the pieces of one text in order, joining a pair that was cut between two of them."""

    __slots__ = ("_high_surrogate",)

    def __init__(self) -> None:
        self._high_surrogate = ""

    def add(self, piece: str) -> str:
        """Return what can be shown now; a high surrogate at the end waits for the next piece."""
        if self._high_surrogate:
            piece, self._high_surrogate = self._high_surrogate + piece, ""
        if piece.isascii():
            return piece.replace("\0", REPLACEMENT) if "\0" in piece else piece
        if "\ud800" <= piece[-1] <= "\udbff":
            piece, self._high_surrogate = piece[:-1], piece[-1]
        return clean_text(piece)

    def end(self) -> str:
        """Return what still waited: nothing, or a replacement character."""
        waiting, self._high_surrogate = self._high_surrogate, ""
        return REPLACEMENT if waiting else ""


def clean_text(text: str) -> str:
    """Join surrogate pairs; put U+FFFD in place of lone surrogates and NUL."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\0", REPLACEMENT)
