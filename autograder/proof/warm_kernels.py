"""Ordinary IPython kernels that need not import TensorFlow: forked from a process that has imported it.

The fork server is Python's own. In a process that called `use_warm_kernels`, whatever starts kernels through
jupyter_client (nbclient, nbgrader's Execute and Validate, `practicals check`) gets such ones.
"""

import multiprocessing
import os
import signal
from importlib.metadata import EntryPoint
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

LOCAL = "local-provisioner"  # jupyter_client's name for what starts kernels on this machine
PROGRAM = "ipykernel_launcher"
IMPORTED = ["tensorflow", "keras", "ipykernel.kernelapp", "autograder.proof.ways"]


def warm_context() -> ForkServerContext:
    """The context of processes that begin with TensorFlow imported and no operation run."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(IMPORTED)
    return context


def use_warm_kernels() -> None:
    """From now on, kernels of this process are forked from the server that `warm_context` starts."""
    ours = EntryPoint(LOCAL, f"{__name__}:{ForkedKernel.__name__}", KernelProvisionerFactory.GROUP_NAME)
    KernelProvisionerFactory.instance().provisioners[LOCAL] = ours


class ForkedKernel(LocalProvisioner):
    """Starts a kernel by forking, where jupyter_client's own starts a program."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel; of the arguments of `Popen`, it takes `cwd` and `env`."""
        arguments = cmd[cmd.index(PROGRAM) + 1 :]
        folder, environment = kwargs.get("cwd") or str(Path.cwd()), dict(kwargs.get("env") or os.environ)
        process = warm_context().Process(target=_kernel, args=(arguments, folder, environment), daemon=True)
        process.start()
        self.process = _AsPopen(process)  # type: ignore[assignment]  # no more of a Popen is used
        self.pid = process.pid
        return self.connection_info


class _AsPopen:
    """What LocalProvisioner asks of `subprocess.Popen`, of a process of multiprocessing."""

    stdin = stdout = stderr = None

    def __init__(self, process: ForkServerProcess):
        self.process = process
        self.pid = process.pid

    def poll(self) -> int | None:
        return self.process.exitcode

    def wait(self) -> int | None:
        self.process.join()
        return self.process.exitcode

    def send_signal(self, signum: int) -> None:
        if self.poll() is None and self.pid is not None:
            os.kill(self.pid, signum)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def _kernel(arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    """The life of a kernel."""
    from ipykernel.kernelapp import IPKernelApp

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    IPKernelApp.launch_instance(argv=arguments)
