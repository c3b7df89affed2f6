"""An nbclient that keeps of each cell's output no more than the limits allow."""

import json

from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.engine.limits import Limits

REACTION_SECONDS = 5  # that a kernel has to stop after an interrupt, and to hand over what it printed
SCORE_CHARACTERS = 1_000  # of a result, kept whatever was printed before: nbgrader reads the score there
OUTPUT_OVERHEAD = 100  # bytes that an output counts beside its content, so that empty ones are bounded too
TRUNCATED = "\n[The rest of this cell's output was left out: it printed more than {limit:,} bytes.]\n"


class BoundedClient(NotebookClient):
    """An nbclient that keeps of each cell's output no more than the limits allow."""

    def __init__(self, nb: NotebookNode, km: AsyncKernelManager, limits: Limits):
        super().__init__(
            nb, km=km, allow_errors=True, record_timing=False, iopub_timeout=REACTION_SECONDS,
            raise_on_iopub_timeout=True, interrupt_on_timeout=True,
        )  # fmt: skip
        self.limits = limits
        self._forget()
        self.on_cell_execute = lambda **_: self._forget()
        self.on_cell_executed = _show_error_of_reply

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


def _show_error_of_reply(cell: NotebookNode, execute_reply: dict, **_) -> None:
    """Add the error of a reply that showed none: a time limit, or a student who turned tracebacks off."""
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
