"""A progress line for `model.fit`; reached as `course_utils.training.Progress`."""

import sys
import time

import keras


class Progress(keras.callbacks.Callback):
    """One line that follows the training, and stays as a summary: epochs, seconds, loss, metrics.

    It is refreshed once an epoch: a callback on each batch would be slow. Use it with
    `verbose=0`; in a notebook the stored output is its last state only.
    """

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Start the clock and the line."""
        self._start = time.perf_counter()
        self._done = 0
        self._line = open_line()
        self._line.show(f"epoch 1 of {self.params['epochs']} …")

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Show the epoch's loss and metrics."""
        self._done += 1
        self._logs = dict(logs or {})
        if epoch + 1 < self.params["epochs"]:
            self._line.show(f"{epoch + 1} of {self.params['epochs']} epochs, {self._summary()}")

    def on_train_end(self, logs: dict | None = None) -> None:
        """Leave the summary."""
        epochs = "1 epoch" if self._done == 1 else f"{self._done} epochs"
        self._line.show(f"{epochs}, {self._summary()}")
        self._line.close()

    def _summary(self):
        seconds = time.perf_counter() - self._start
        figures = "".join(f", {name} {value:.4g}" for name, value in self._logs.items())
        return f"{seconds:.1f} s{figures}"


def open_line() -> "_NotebookLine | _TerminalLine":
    """A line for the progress of a run: `show(text)` replaces what it says, `close()` ends it."""
    shell = "IPython" in sys.modules and sys.modules["IPython"].get_ipython()
    return _NotebookLine() if hasattr(shell, "kernel") else _TerminalLine()


class _NotebookLine:
    """One output of a notebook cell, replaced each time: carriage returns would store every state."""

    def __init__(self):
        self._handle = None

    def show(self, text: str) -> None:
        from IPython.display import display

        if self._handle is None:
            self._handle = display({"text/plain": text}, raw=True, display_id=True)
        else:
            self._handle.update({"text/plain": text}, raw=True)

    def close(self) -> None:
        pass


class _TerminalLine:
    """One line of a terminal; where stdout is a file, only the last state."""

    def __init__(self):
        self._text = ""

    def show(self, text: str) -> None:
        if sys.stdout.isatty():
            print("\r" + text.ljust(len(self._text)), end="", flush=True)
        self._text = text

    def close(self) -> None:
        print() if sys.stdout.isatty() else print(self._text)
