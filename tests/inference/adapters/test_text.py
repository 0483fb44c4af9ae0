"""Text comes out storable and, where it was sound, unchanged."""

from hypothesis import given
from hypothesis import strategies as st

from inference.adapters.text import TextJoiner, clean_text

any_text = st.text(st.characters(), min_size=1)
sound_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)


def joined(pieces: list[str]) -> str:
    joiner = TextJoiner()
    return "".join(joiner.add(piece) for piece in pieces) + joiner.end()


@given(pieces=st.lists(sound_text))
def test_sound_text_passes_unchanged(pieces: list[str]) -> None:
    assert joined(pieces) == "".join(pieces)


@given(pieces=st.lists(any_text))
def test_what_comes_out_can_be_encoded_and_has_no_nul(pieces: list[str]) -> None:
    text = joined(pieces)

    text.encode()
    assert "\0" not in text


@given(pieces=st.lists(any_text))
def test_where_a_text_is_cut_changes_nothing(pieces: list[str]) -> None:
    assert joined(pieces) == clean_text("".join(pieces))


def test_a_pair_cut_in_two_is_joined() -> None:
    assert joined(["a\ud83d", "\ude00b"]) == "a😀b"


def test_a_half_pair_becomes_a_replacement_character() -> None:
    assert joined(["a\ud83d", "b", "\ude00c", "\ud83d"]) == "a\ufffdb\ufffdc\ufffd"
