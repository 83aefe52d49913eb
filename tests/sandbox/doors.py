"""Doors that hostile code tries: each a body of `attack(config)` that raises OSError when it fails.

`config` has a secret `file`, a writable `folder`, listening sockets (`path`, `abstract`, `tcp` and
`udp` ports) and Garland's process id.
"""

from __future__ import annotations

FILES = {
    "reads the database": "return open(config['file']).read()",
    "reads /etc/passwd": "return open('/etc/passwd').read()",
    "reads Garland's environment": "return open(f'/proc/{config[\"garland\"]}/environ').read()",
    "reads Garland's memory map": "return open(f'/proc/{config[\"garland\"]}/maps').read()",
    "reads its own memory map": "return open('/proc/self/maps').read()",
    "reads its own memory": "return open('/proc/self/mem', 'rb').read(1)",
    "lists the processes": "return os.listdir('/proc')",
    "lists Garland's descriptors": "return os.listdir(f'/proc/{config[\"garland\"]}/fd')",
    "reads where a link leads": "return os.readlink(f'/proc/{config[\"garland\"]}/exe')",
    "lists the folder of the data": "return os.listdir(config['folder'])",
    "lists other blocks": "return os.listdir(os.path.dirname(os.path.dirname(__file__)))",
    "reads what others installed into Python": (
        "import glob, sysconfig; "
        "return open(glob.glob(sysconfig.get_path('purelib') + '/*/__init__.py')[0]).read()"
    ),
    "writes /tmp": "return open('/tmp/garland-zoo', 'w')",
    "writes /dev/shm": "return open('/dev/shm/garland-zoo', 'w')",
    "writes where the database lies": "return open(config['folder'] + '/new', 'w')",
    "writes beside its own code": "return open(__file__ + 'c', 'w')",
    "writes into its empty folder": "return open('here', 'w')",
    "makes a folder": "return os.mkdir(config['folder'] + '/made')",
    "makes a link": "return os.symlink('/etc/passwd', config['folder'] + '/link')",
    "makes a hard link": "return os.link(config['file'], config['folder'] + '/hard')",
    "makes a device": "return os.mknod(config['folder'] + '/null', 0o20666, os.makedev(1, 3))",
    "renames the database": "return os.rename(config['file'], config['file'] + '2')",
    "deletes the database": "return os.unlink(config['file'])",
    "truncates the database": "return os.truncate(config['file'], 0)",
    "changes the database's mode": "return os.chmod(config['file'], 0o666)",
    "changes its owner": "return os.chown(config['file'], 0, 0)",
    "changes its times": "return os.utime(config['file'], (0, 0))",
    "reads its attributes": "return os.listxattr(config['file'])",
    "changes its root": "return os.chroot(config['folder'])",
    "goes elsewhere": "return os.chdir(config['folder'])",
    "mounts": "return syscall(165, b'none', config['folder'].encode(), b'tmpfs', 0, None)",
    "watches files": "return syscall(294, 0)",
    "asks about the file system": "return os.statvfs('/')",
    "makes a file in memory": "return os.memfd_create('zoo')",
    "opens the kernel's log": "return syscall(103, 3, ctypes.create_string_buffer(64), 64)",
}
SOCKETS = {
    "TCP to a server": "return socket.create_connection(('127.0.0.1', config['tcp']), 1)",
    "UDP": (
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); "
        "return s.sendto(b'x', ('127.0.0.1', config['udp']))"
    ),
    "IPv6": "return socket.socket(socket.AF_INET6, socket.SOCK_STREAM)",
    "listens": "s = socket.socket(); s.bind(('127.0.0.1', 0)); return s.listen()",
    "a socket in a folder": ("s = socket.socket(socket.AF_UNIX); return s.connect(config['path'])"),
    "an abstract socket": (
        "s = socket.socket(socket.AF_UNIX); return s.connect('\\0' + config['abstract'])"
    ),
    "netlink": "return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
    "packets": "return socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)",
    "raw IP": "return socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
    "vsock": "return socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)",
    "the kernel's ciphers": "return socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)",
    "bluetooth": "return syscall(41, 31, 3, 1)",
    "CAN": "return syscall(41, 29, 3, 1)",
    "TIPC": "return syscall(41, 30, 1, 0)",
    "XDP": "return syscall(41, 44, 3, 0)",
    "a pair of another family": "return syscall(53, 30, 1, 0, ctypes.create_string_buffer(8))",
    "connects a pair elsewhere": (
        "a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM); "
        "return a.connect(config['path'])"
    ),
    "sends from a pair to a socket in a folder": (
        "a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM); "
        "return a.sendto(b'x', config['datagrams'])"
    ),
    "sends from a pair to an abstract socket": (
        "a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM); "
        "return a.sendto(b'x', '\\0' + config['abstract'] + '-datagrams')"
    ),
    "a byte out of band": ("a, b = socket.socketpair(); return a.send(b'x', socket.MSG_OOB)"),
    "hands a descriptor on": ("a, b = socket.socketpair(); return socket.send_fds(a, [b'x'], [0])"),
    "resolves a name": "return socket.getaddrinfo('localhost', 80)",
}
PROCESSES = {
    "signals Garland": "return os.kill(config['garland'], 0)",
    "signals a thread of Garland": "return syscall(234, config['garland'], config['garland'], 0)",
    "signals everybody": "return os.kill(-1, 0)",
    "signals its group": "return os.killpg(0, 0)",
    "opens a process": "return os.pidfd_open(config['garland'])",
    "queues a signal": "return syscall(129, config['garland'], 0, None)",
    "has a signal sent by a descriptor": (
        "import fcntl; r, w = os.pipe(); return fcntl.fcntl(r, 8, config['garland'])"
    ),
    "traces Garland": "return syscall(101, 0x4206, config['garland'], 0, 0)",
    "reads Garland's memory": ("return syscall(310, config['garland'], None, 0, None, 0, 0)"),
    "compares descriptors": "return syscall(312, config['garland'], config['garland'], 0, 0, 0)",
    "executes": "return os.execv('/bin/true', ['true'])",
    "executes by descriptor": "return syscall(322, 0, b'', None, None, 0x1000)",
    "forks": "return os.fork() or os._exit(0)",
    "forks by vfork": "return syscall(56, 17, 0, 0, 0, 0) or os._exit(0)",
    "spawns": "import subprocess; return subprocess.run(['/bin/true'])",
    "enters a user namespace": "return syscall(272, 0x10000000)",
    "enters a mount namespace": "return syscall(272, 0x00020000)",
    "enters another's namespace": "return syscall(308, 0, 0)",
    "becomes another user": "return os.setuid(65534)",
    "asks for capabilities": (
        "h = (ctypes.c_uint32 * 2)(0x20080522, 0); "
        "return syscall(126, h, (ctypes.c_uint32 * 6)(*[0xffffffff] * 6))"
    ),
    "makes itself readable": "return syscall(157, 4, 1, 0, 0, 0)",
    "outlives Garland": "return syscall(157, 1, 0, 0, 0, 0)",
    "takes more memory than its limit": (
        "return syscall(302, 0, 9, (ctypes.c_uint64 * 2)(1 << 40, 1 << 40), None)"
    ),
    "limits Garland": (
        "import resource; return resource.prlimit(config['garland'], resource.RLIMIT_CORE, (0, 0))"
    ),
    "puts itself first": "return os.nice(-5)",
    "chooses its processors": "return os.sched_setaffinity(0, {0})",
    "schedules in real time": "return os.sched_setscheduler(0, 1, os.sched_param(1))",
    "sets a timer": "import signal; return signal.setitimer(signal.ITIMER_REAL, 5)",
    "has itself woken": "return syscall(37, 5)",
}
KERNEL = {
    "keys": "return syscall(250, 0, -3, 0)",
    "adds a key": "return syscall(248, b'user', b'zoo', b'x', 1, -3)",
    "io_uring": "return syscall(425, 4, ctypes.create_string_buffer(256))",
    "bpf": "return syscall(321, 0, ctypes.create_string_buffer(128), 128)",
    "userfaultfd": "return syscall(323, 0)",
    "perf_event_open": "return syscall(298, ctypes.create_string_buffer(128), 0, -1, -1, 0)",
    "loads a module": "return syscall(175, b'', 0, b'')",
    "restarts the machine": "return syscall(169, 0, 0, 0, None)",
    "shared memory of System V": "return syscall(29, 0, 4096, 0o600)",
    "messages of System V": "return syscall(68, 0, 0o600)",
    "messages of POSIX": "return syscall(240, b'zoo', 0o102, 0o600, None)",
    "locks memory": "return syscall(151, 1)",
    "sets the clock": "import time; return time.clock_settime(time.CLOCK_REALTIME, 0)",
    "names the machine": "return socket.sethostname('zoo')",
    "swaps": "return syscall(167, b'/dev/null', 0)",
    "another filter": "return syscall(317, 1, 0, None)",
    "descriptors of segments": "return syscall(154, 1, ctypes.create_string_buffer(16), 16)",
    "another personality": "return syscall(135, 0x0040000)",
    "asynchronous input": "return syscall(206, 1, ctypes.byref(ctypes.c_ulong(0)))",
    "larger pipes": "import fcntl; r, w = os.pipe(); return fcntl.fcntl(w, 1031, 1 << 20)",
    "a terminal": "import fcntl; return fcntl.ioctl(0, 0x5412, b'x')",
}
