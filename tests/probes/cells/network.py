"""I send the tests home: by TCP, UDP and the sockets of this machine, to those who wait there for this probe."""
# cell: own
import glob, socket
def attempt(family, kind, address):
    try:
        with socket.socket(family, kind) as one:
            one.settimeout(2)
            one.connect(address)
            one.send(b"x")
        print("REACHED", address)
    except OSError as error: print(error)
attempt(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", PORT))
for address in ("COURSE/socket", "\0probe-PORT"): attempt(socket.AF_UNIX, socket.SOCK_STREAM, address)
if len(socket.if_nameindex()) > 1: print("REACHED", socket.if_nameindex())
for path in glob.glob("/run/practicals/**/*", recursive=True): attempt(socket.AF_UNIX, socket.SOCK_STREAM, path)
