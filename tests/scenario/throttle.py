"""throttle: less memory or less CPU for some processes, by a cgroup where one can be written.

    with Memory(256 << 20) as memory:                  # bytes, as the unit's MemoryMax
        daemon.start(environment=…, wrap=memory.wrap)  # it and its children are held to them
        …
        note(memory.means)
        assert memory.kills() == 0

    with Cpu(1 / 8, lambda: pids) as cpu:              # an eighth of a core
        note(cpu.means)

Where no cgroup can be written: memory is RLIMIT_AS of each process by itself (nobody is killed then:
allocations fail), and CPU a duty cycle, SIGSTOP and SIGCONT by turns. `means` says which it is, and
belongs into a test's output.
"""
import os
import signal
import threading
import time

UNIT = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
                    "systemd", "evenhandd.service.in")


def unit_memory():
    """Bytes of the unit's MemoryMax."""
    with open(UNIT, encoding="utf-8") as f:
        for line in f:
            if line.startswith("MemoryMax="):
                return int(line.split("=")[1].strip().rstrip("M")) << 20
    raise AssertionError("the unit has no MemoryMax")


def write(path, text):
    with open(path, "w", encoding="ascii") as f:
        f.write(str(text))


def read(path):
    with open(path, encoding="ascii") as f:
        return f.read()


class Group:
    """A cgroup of ours with the controller, of version 1 or 2; folder None: none can be written."""

    def __init__(self, controller):
        self.folder, self.version = None, 0
        name = "evenhand-test-%d" % os.getpid()
        for version, parent in ((1, "/sys/fs/cgroup/" + controller), (2, "/sys/fs/cgroup")):
            if version == 2 and not self.delegated(parent, controller):
                continue
            if version == 1 and not os.path.isdir(parent):
                continue
            try:
                folder = os.path.join(parent, name)
                os.makedirs(folder, exist_ok=True)
                self.folder, self.version = folder, version
                return
            except OSError:
                continue

    @staticmethod
    def delegated(parent, controller):
        try:
            return controller in read(parent + "/cgroup.subtree_control").split()
        except OSError:
            return False

    @property
    def procs(self):
        return self.folder + "/cgroup.procs"

    def set(self, v1, v2):
        """(file, value) of either version; False: it is not taken."""
        name, value = v1 if self.version == 1 else v2
        try:
            write(os.path.join(self.folder, name), value)
            return True
        except OSError:
            self.remove()
            return False

    def remove(self):
        """Whoever is left in it is dead or dying."""
        for _ in range(100):
            try:
                if self.folder:
                    os.rmdir(self.folder)
                break
            except OSError:
                time.sleep(0.05)
        self.folder = None


class Memory:
    def __init__(self, size):
        self.size = size
        self.group = Group("memory")
        if self.group.folder:
            self.group.set(("memory.limit_in_bytes", size), ("memory.max", size))

    def limit(self, size):
        """Another size from now on, where there is a cgroup."""
        if self.group.folder:
            self.size = size
            self.group.set(("memory.limit_in_bytes", size), ("memory.max", size))

    @property
    def means(self):
        if self.group.folder:
            return "memory: cgroup version %d, %d MiB in all" % (
                self.group.version, self.size >> 20)
        return "memory: no cgroup can be written; RLIMIT_AS, %d MiB a process" % (self.size >> 20)

    @property
    def wrap(self):
        """What a command is run under."""
        if self.group.folder:
            return ["sh", "-c", 'echo $$ >%s; exec "$@"' % self.group.procs, "sh"]
        return ["prlimit", "--as=%d" % self.size]

    def kills(self):
        """How many processes the kernel killed for it; None: it cannot be known."""
        if not self.group.folder:
            return None
        path = "/memory.oom_control" if self.group.version == 1 else "/memory.events"
        for line in read(self.group.folder + path).splitlines():
            name, value = line.split()
            if name == "oom_kill":
                return int(value)
        return None

    def most(self):
        """Bytes at most in use so far; None: it cannot be known."""
        if not self.group.folder:
            return None
        path = "/memory.max_usage_in_bytes" if self.group.version == 1 else "/memory.peak"
        try:
            return int(read(self.group.folder + path))
        except OSError:
            return None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.group.remove()


class Cpu:
    """The processes that `pids()` names, looked at again every PERIOD, get this part of a core."""
    PERIOD = 0.1

    def __init__(self, part, pids):
        self.part, self.pids = part, pids
        self.group = Group("cpu")
        quota = max(1000, int(part * 100000))
        if self.group.folder:
            if self.group.version == 1:
                self.group.set(("cpu.cfs_period_us", 100000), None)
            if self.group.folder:
                self.group.set(("cpu.cfs_quota_us", quota), ("cpu.max", "%d 100000" % quota))
        self.halt = threading.Event()
        self.worker = threading.Thread(target=self.run, daemon=True)

    @property
    def means(self):
        if self.group.folder:
            return "CPU: cgroup version %d, %.3g of a core" % (self.group.version, self.part)
        return "CPU: no cgroup can be written; SIGSTOP for %d %% of the time" % (
            100 - 100 * self.part)

    def signal(self, number):
        for pid in self.pids():
            try:
                os.kill(pid, number)
            except OSError:
                pass

    def move(self):
        for pid in self.pids():
            try:
                write(self.group.procs, pid)
            except OSError:
                pass

    def run(self):
        while not self.halt.is_set():
            if self.group.folder:
                self.move()
                self.halt.wait(self.PERIOD)
                continue
            self.signal(signal.SIGSTOP)
            self.halt.wait(self.PERIOD * (1 - self.part))
            self.signal(signal.SIGCONT)
            self.halt.wait(self.PERIOD * self.part)

    def __enter__(self):
        self.worker.start()
        return self

    def __exit__(self, *error):
        self.halt.set()
        self.worker.join()
        if not self.group.folder:
            self.signal(signal.SIGCONT)
            return
        parent = os.path.dirname(self.group.folder)
        for pid in read(self.group.procs).split():
            try:
                write(parent + "/cgroup.procs", pid)
            except OSError:
                pass
        self.group.remove()


def family(pid):
    """The process and all that came from it: PostgreSQL's backends with their postmaster."""
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                parents[int(name)] = int(read("/proc/%s/stat" % name).rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                pass
    found, grown = {pid}, True
    while grown:
        more = {p for p, parent in parents.items() if parent in found} - found
        found |= more
        grown = bool(more)
    return sorted(found)
