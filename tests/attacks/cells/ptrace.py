"""I attach a debugger to the other processes, and read their memory and files."""
# cell: own
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
for pid in [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]:
    assert libc.ptrace(16, pid, 0, 0) == -1
    for what in ("mem", "maps", "environ", "root", "cwd", "fd"):
        try: print("READ", os.listdir(f"/proc/{pid}/{what}") if what in ("root", "fd", "cwd") else open(f"/proc/{pid}/{what}").read(10))
        except OSError as error: print(error)
