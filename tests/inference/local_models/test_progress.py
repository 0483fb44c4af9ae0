import io

from inference.local_models.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_has_one_line_that_is_drawn_again() -> None:
    terminal = Terminal()
    progress = Progress(terminal)
    progress.begin("Tiny", 2_000_000)

    progress.advance(1_000_000)
    progress.advance(2_000_000)

    assert terminal.getvalue().count("\n") == 1
    assert terminal.getvalue().endswith("\r\x1b[2KTiny: 2 MB of 2 MB (100 %)")


def test_a_note_stays_on_a_line_of_its_own() -> None:
    terminal = Terminal()
    progress = Progress(terminal)
    progress.begin("Tiny", 2_000_000)
    progress.advance(1_000_000)

    progress.note("Tiny: verified")

    assert terminal.getvalue().endswith("\r\x1b[2KTiny: verified\n")


def test_a_log_gets_a_line_for_each_tenth_and_no_control_characters() -> None:
    log = io.StringIO()
    progress = Progress(log)
    progress.begin("Tiny", 10_000_000)

    for done in range(0, 10_000_001, 100_000):
        progress.advance(done)

    assert len(log.getvalue().splitlines()) == 11
    assert "\r" not in log.getvalue()
    assert "\x1b" not in log.getvalue()
