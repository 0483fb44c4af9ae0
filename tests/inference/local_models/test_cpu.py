from inference.local_models.cpu import missing_in


def test_a_processor_with_all_it_takes_lacks_nothing() -> None:
    assert missing_in("processor : 0\nflags\t\t: fpu avx avx2 bmi1 bmi2 f16c fma sse4_2\n") == []


def test_an_old_processor_is_told_what_it_lacks() -> None:
    assert missing_in("flags\t\t: fpu avx f16c\n") == ["avx2", "bmi2", "fma"]


def test_a_processor_that_lists_nothing_is_trusted() -> None:
    assert missing_in("processor : 0\n") == []
