import os
import signal

from tagloom.cli.interrupt import Interrupt


def test_a_ctrl_c_in_the_middle_of_a_line_breaks_nothing() -> None:
    """A stream refuses to be written by a signal's handler while the same thread is writing to it."""

    def busy(_text: str) -> None:
        raise RuntimeError("reentrant call inside <_io.BufferedWriter name='<stderr>'>")

    with Interrupt(busy) as interrupt:
        os.kill(os.getpid(), signal.SIGINT)
    assert interrupt.is_wanted
