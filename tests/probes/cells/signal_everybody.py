"""I signal those above and beside me, where they are few and all in the sandbox; outside only the marked one."""
# cell: own
import os, signal
pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
others = [os.getppid(), *(pid for pid in pids if pid != os.getpid())]
if os.path.exists("COURSE"): others = [int(open("COURSE/victim").read())]
if len(others) < 20:
    for target in others:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGHUP, signal.SIGSTOP, signal.SIGKILL):
            try: os.kill(target, number)
            except (OSError, KeyboardInterrupt): pass
