"""How a hostile block gets at its line to Garland, to write what it likes."""

LINE = """
import fcntl, json, os, stat, struct, sys
def line():
    for descriptor in range(3, 64):
        try:
            is_pipe = stat.S_ISFIFO(os.fstat(descriptor).st_mode)
            if is_pipe and fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_WRONLY:
                return descriptor
        except OSError:
            pass
def write(document):
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    os.set_blocking(line(), True)
    unsent = struct.pack("!I", len(text)) + text
    while unsent:
        unsent = unsent[os.write(line(), unsent):]
def call():
    frame = sys._getframe()
    while "request" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["request"]["call"]
"""
