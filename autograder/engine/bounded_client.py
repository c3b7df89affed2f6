"""An nbclient that keeps of each cell's output no more than the limits allow."""

import json
from typing import Protocol

from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.engine.limits import Limits

REACTION_SECONDS = 5  # that a kernel has to hand over what it printed; of processor time, to stop
SCORE_CHARACTERS = 1_000  # of a result, kept whatever was printed before: nbgrader reads the score there
OUTPUT_OVERHEAD = 100  # bytes that an output counts beside its content, so that empty ones are bounded too
TRUNCATED = "\n[The rest of this cell's output was left out: it printed more than {limit:,} bytes.]\n"


class Interruptible(Protocol):
    """A kernel, as far as an nbclient asks for it that did not start it."""

    async def interrupt_kernel(self) -> None:
        """Send it what Ctrl-C sends."""


class BoundedClient(NotebookClient):
    """An nbclient that keeps of each cell's output no more than the limits allow.

    Attributes:
        exit_asked: the last cell called `exit()`, which ends the kernel only when the cell has replied.
    """

    def __init__(self, nb: NotebookNode, km: Interruptible, limits: Limits):
        super().__init__(
            nb,
            km=km,  # type: ignore[arg-type]  # of a manager that is given, nbclient asks no more than this
            allow_errors=True,
            record_timing=False,
            iopub_timeout=REACTION_SECONDS,
            raise_on_iopub_timeout=True,
        )
        self.limits = limits
        self._forget()
        self.on_cell_execute = lambda **_: self._forget()
        self.exit_asked = False
        self.on_cell_executed = self._note_reply

    def process_message(self, msg: dict, cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """As nbclient, without what exceeds the limits."""
        kind, content = msg["msg_type"], msg["content"]
        if kind == "clear_output":
            self._forget()
        elif kind == "stream":
            content["text"] = self._bounded(content["text"])
            if not content["text"]:
                return None
        elif kind in ("display_data", "execute_result", "update_display_data"):
            content["data"] = self._bounded_bundle(content["data"], kind)
            if not content["data"]:
                return None
        elif kind == "error":
            content["evalue"] = content["evalue"][: self.limits.cell_text_bytes // 10]
            content["traceback"] = _beginning_and_end(content["traceback"], self.limits.cell_text_bytes // 2)
        return super().process_message(msg, cell, cell_index)

    def handle_comm_msg(self, outs: list[NotebookNode], msg: dict, cell_index: int) -> None:
        """Ignore a widget's message: nbclient would keep its state, whatever its size."""

    def _note_reply(self, cell: NotebookNode, execute_reply: dict, **_) -> None:
        _show_error_of_reply(cell, execute_reply)
        payload = execute_reply["content"].get("payload")
        self.exit_asked = any(
            isinstance(one, dict) and one.get("source") == "ask_exit" and not one.get("keepkernel")
            for one in (payload if isinstance(payload, list) else [])
        )

    def _forget(self) -> None:
        self.text_left, self.images_left = self.limits.cell_text_bytes, self.limits.cell_image_bytes

    def _bounded(self, text: str) -> str:
        if self.text_left <= 0:
            return ""
        kept = text.encode("utf-8", "replace")[: self.text_left]
        self.text_left -= len(text.encode("utf-8", "replace")) + OUTPUT_OVERHEAD
        cut = TRUNCATED.format(limit=self.limits.cell_text_bytes) if self.text_left <= 0 else ""
        return kept.decode("utf-8", "ignore") + cut

    def _bounded_bundle(self, bundle: dict, kind: str) -> dict:
        kept = {}
        for media_type, data in bundle.items():
            size = len(data if isinstance(data, str) else json.dumps(data)) + OUTPUT_OVERHEAD
            left = self.images_left if media_type.startswith("image/") else self.text_left
            if size <= left:
                kept[media_type] = data
                if kind == "update_display_data":  # replaces what was there
                    continue
                if media_type.startswith("image/"):
                    self.images_left -= size
                else:
                    self.text_left -= size
            elif media_type == "text/plain" and kind == "execute_result":
                kept[media_type] = data[:SCORE_CHARACTERS]
        return kept


def _show_error_of_reply(cell: NotebookNode, execute_reply: dict) -> None:
    """Add the error of a reply that showed none, for a student who turned tracebacks off."""
    content = execute_reply["content"]
    shown = [output.ename for output in cell.outputs if output.output_type == "error"]
    if content["status"] == "error" and content["ename"] not in shown:
        cell.outputs.append(
            new_output(
                "error",
                ename=content["ename"],
                evalue=content["evalue"],
                traceback=content["traceback"] or [f"{content['ename']}: {content['evalue']}"],
            )
        )


def _beginning_and_end(lines: list[str], limit: int) -> list[str]:
    """A traceback, its middle left out where the whole has more characters than the limit."""
    if sum(map(len, lines)) <= limit:
        return lines
    text = "\n".join(lines)
    return [text[: limit // 2], "[…]", text[-limit // 2 :]]
