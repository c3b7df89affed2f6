"""I leave a process behind that waits for the next submission."""
# cell: own
import subprocess, sys
code = "import time, os\nfor _ in range(600):\n    time.sleep(0.1)\n    open('still-here', 'a').write('x')"
for _ in range(20): subprocess.Popen([sys.executable, "-S", "-c", code], start_new_session=True)
