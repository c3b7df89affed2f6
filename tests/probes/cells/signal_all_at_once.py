"""I signal all processes at once, where they are few and all in the sandbox; outside only the marked one."""
# cell: own
import os
pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
if os.path.exists("COURSE"): os.kill(int(open("COURSE/victim").read()), 9)
elif len(pids) < 20:
    os.kill(-1, 9)
    os.killpg(0, 9)
