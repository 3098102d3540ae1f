#!/usr/bin/env python3
"""The plug is pulled: what is on the disk of a store at a chosen instant, seen by the kernel that boots next.

A store lies on a file system in an image on a loop device. At an instant the image is copied: it has what the kernel has
written back, and nothing of what it only has in memory. The copy is a disk after a power cut. It is checked by fsck or
its log is replayed, it is mounted where the first one was, and another boot id is bound over the kernel's. Then:

    - `cache verify` finds no package, environment or name damaged: each is absent, a miss, or complete
    - the script runs and prints the right thing
    - after `cache verify --repair` there is nothing left to find, and one clean leaves nothing

How much of that is owed to the boot id in young names is counted too: the same disk is looked at without another boot id,
and what `cache verify` calls damaged then would have been run. (`--full` must meet such disks, or it tests nothing.)

A copy counts only if the device wrote nothing while it was made, so it is one instant and not two.

usage: power_test.py --bin adder [--full]     needs root, a loop device, mkfs and unshare; says so and skips otherwise
    default: ext4 with and without a journal; --full: XFS, btrfs and the instants up to 33 s as well
"""
import argparse
import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "store"))
import sandbox  # noqa: E402
from sandbox import eventually, local_index, wheels  # noqa: E402

SKIPPED = 77
SCRIPT = '''# /// script
# dependencies = ["hello", "many-files", "lazy-helper", "quiet-lib"]
# ///
import hello, lazy_helper, many_files
total = sum(len(open(f"{many_files.__path__[0]}/part_{i}.txt").read()) for i in range(many_files.COUNT))
print("sum", total, lazy_helper.__version__)
'''
FILES, FILE_SIZE = 400, 4096
ON_DISK = "everything on disk"
RIGHT = f"sum {FILES * FILE_SIZE} 1.0\n"

# Without it no housekeeper gets its answer: what is on the disk is there because the kernel wrote it of its own accord.
NO_SYNC = "#include <errno.h>\nint syncfs(int fd) { (void)fd; errno = EIO; return -1; }\n"

Kind = collections.namedtuple("Kind", "name make check options size")
KINDS = {
    "ext4": Kind("ext4", ["mkfs.ext4", "-q", "-F"], ["e2fsck", "-fy"], "loop", 192 << 20),
    "ext4 without a journal": Kind("ext4", ["mkfs.ext4", "-q", "-F", "-O", "^has_journal"], ["e2fsck", "-fy"], "loop", 192 << 20),
    "xfs": Kind("xfs", ["mkfs.xfs", "-q", "-f"], None, "loop", 400 << 20),
    "btrfs": Kind("btrfs", ["mkfs.btrfs", "-q", "-f"], None, "loop", 256 << 20),
}


def tool(*words, check=True):
    return subprocess.run([str(word) for word in words], check=check, capture_output=True, text=True)


class Disk:
    """A file system in an image, mounted at one place whoever's turn it is."""

    def __init__(self, directory, kind, mount_point):
        self.directory, self.kind, self.mount_point = directory, kind, mount_point
        self.image = directory / "disk.img"
        with open(self.image, "wb") as file:
            file.truncate(kind.size)
        tool(*kind.make, self.image)

    def mount(self, image=None):
        tool("mount", "-o", self.kind.options, image or self.image, self.mount_point)

    def unmount(self):
        eventually(lambda: tool("umount", self.mount_point, check=False).returncode == 0, "the file system is given back")

    def written(self):
        """What the device has written, and is writing: the seventh and ninth number count sectors and what is in flight."""
        device = tool("findmnt", "-n", "-o", "SOURCE", self.mount_point).stdout.strip()
        numbers = pathlib.Path(f"/sys/block/{pathlib.Path(device).name}/stat").read_text().split()
        return numbers[4], numbers[6], numbers[8]

    def try_snapshot(self, copy):
        """Whether the device was still for as long as the copy took."""
        before = self.written()
        tool("cp", "--sparse=always", self.image, copy)
        return before[2] == "0" and self.written() == before

    def snapshot(self, name):
        """The path of a copy of what is on the device now."""
        copy = self.directory / f"{name}.img"
        eventually(lambda: self.try_snapshot(copy), "the device is still for as long as a copy takes")
        return copy

    def after_power_cut(self, copy):
        """Mounts a copy as the next boot would."""
        if self.kind.check:
            done = tool(*self.kind.check, copy, check=False)
            if done.returncode >= 4:
                raise AssertionError(f"fsck gave up: {done.stdout}{done.stderr}")
        self.mount(copy)


class Watch(threading.Thread):
    """Copies made all the while something else works: the instants between two bursts of writing."""

    MOST = 8

    def __init__(self, disk, label):
        super().__init__()
        self.disk, self.label = disk, label
        self.copies, self.seen, self.is_over = [], set(), threading.Event()

    def run(self):
        while not self.is_over.is_set() and len(self.copies) < self.MOST:
            copy = self.disk.directory / f"{self.label.replace(' ', '-')}-{len(self.copies)}.img"
            written = self.disk.written()
            if written not in self.seen and self.disk.try_snapshot(copy):
                self.seen.add(written)
                self.copies.append((f"{self.label}, {len(self.copies) + 1}", copy))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.join()


class PowerTest:
    def __init__(self, binary, python, index_url, full):
        self.binary, self.python, self.index_url, self.full = binary, python, index_url, full
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="adder-power-"))
        self.mount_point = self.base / "mnt"
        self.mount_point.mkdir()
        self.boot_id = self.base / "boot_id"
        self.boot_id.write_text("00000000-1111-4222-8333-444444444444\n")
        self.links = self.base / "links"
        self.links.mkdir()
        parts = {f"many_files/part_{i}.txt": (f"{i} ".encode() * FILE_SIZE)[:FILE_SIZE] for i in range(FILES)}
        name, data = wheels.wheel("many-files", "1.0", files={"many_files/__init__.py": f"COUNT = {FILES}\n", **parts})
        (self.links / name).write_bytes(data)
        (self.base / "no_sync.c").write_text(NO_SYNC)
        tool("cc", "-shared", "-fPIC", "-o", self.base / "no_sync.so", self.base / "no_sync.c")
        self.outcomes = collections.Counter()
        self.saved_by_boot_id = 0
        self.failures = []

    # --- before the cut

    def make_box(self):
        box = sandbox.Sandbox(self.binary, self.index_url, self.python)
        box.cache = self.mount_point / "cache"
        box.environment["UV_CACHE_DIR"] = str(box.cache)
        (box.work / "s.py").write_text(SCRIPT)
        return box

    def run_script(self, box, **options):
        return box.run("run", "--find-links", self.links, "s.py", **options)

    def instants(self):
        return (1, 6.5, 33) if self.full else (1,)

    def snapshots_of_a_run(self, disk, box, sync):
        """A first run, and copies of the disk at the instants after it: (name, image)."""
        environment = {} if sync else {"LD_PRELOAD": str(self.base / "no_sync.so")}
        label = "synced" if sync else "never synced"
        begin = time.monotonic()
        with Watch(disk, f"{label} while it runs") as watch:
            assert self.run_script(box, environment=environment).stdout == RIGHT
            if sync:
                self.wait_for_housekeeper(box)
        copies = watch.copies
        if sync:
            copies.append((f"{label}, housekeeper ended", disk.snapshot("housekeeper")))
        for instant in self.instants():
            time.sleep(max(0.0, begin + instant - time.monotonic()))
            copies.append((f"{label}, {instant} s", disk.snapshot(f"at-{instant}")))
        self.wait_for_housekeeper(box)
        return copies

    def snapshots_of_a_clean(self, disk, box):
        """All of it on disk, and then cleaned: no name may come back that leads to half a body."""
        self.run_script(box)
        self.wait_for_housekeeper(box)
        tool("sync", "-f", self.mount_point)
        copies = [(ON_DISK, disk.snapshot("on-disk"))]
        with Watch(disk, "while it is cleaned") as watch:
            box.run("cache", "clean")
            self.wait_for_housekeeper(box)
        copies += watch.copies
        copies.append(("after clean and unlinking", disk.snapshot("unlinked")))
        return copies

    @staticmethod
    def wait_for_housekeeper(box):
        eventually(lambda: not box.processes_of_adder(), "the housekeeping ends")

    # --- after the cut

    def check(self, disk, box, name, copy):
        prefix = ("unshare", "-m", "sh", "-c", 'mount --bind "$0" /proc/sys/kernel/random/boot_id && exec "$@"', self.boot_id)
        disk.after_power_cut(copy)
        try:
            outcome = self.outcome(box)
            if name.endswith(ON_DISK) and outcome != "complete":
                raise AssertionError(f"it was on the disk, and is {outcome}")
            if outcome == "miss" and box.run("cache", "verify", check=False).returncode == 1:
                self.saved_by_boot_id += 1
            found = json.loads(box.run("cache", "verify", "--output-format", "json", check=False, prefix=prefix).stdout)
            reachable = [damage for damage in found["damage"] if damage["kind"] != "record"]
            if reachable or found["unchecked"]:
                raise AssertionError(f"damage: {json.dumps(reachable)} {found['unchecked']}")
            printed = self.run_script(box, prefix=prefix).stdout
            if printed != RIGHT:
                raise AssertionError(f"the script printed {printed!r}")
            box.run("cache", "verify", "--repair", prefix=prefix)
            box.run("cache", "verify", prefix=prefix)
            box.run("cache", "clean", prefix=prefix)
            box.wait_until_empty()
            self.wait_for_housekeeper(box)
            return outcome
        finally:
            self.wait_for_housekeeper(box)
            disk.unmount()

    @staticmethod
    def outcome(box):
        """What the next boot finds of the environment."""
        names = box.cache / "key"
        texts = [os.readlink(path) for path in names.iterdir()] if names.is_dir() else []
        if not texts:
            return "absent"
        return "miss" if any("~" in text for text in texts) else "complete"

    def try_kind(self, title):
        directory = self.base / title.replace(" ", "-")
        directory.mkdir()
        for scenario in ("synced", "never synced"):
            disk = Disk(directory, KINDS[title], self.mount_point)
            box = self.make_box()
            try:
                disk.mount()
                copies = self.snapshots_of_a_run(disk, box, sync=scenario == "synced")
                if scenario == "synced":
                    copies += self.snapshots_of_a_clean(disk, box)
                disk.unmount()
                for name, copy in copies:
                    self.judge(disk, box, f"{title}, {name}", copy)
            finally:
                box.close()
                tool("umount", self.mount_point, check=False)
                for image in directory.iterdir():
                    image.unlink()

    def judge(self, disk, box, name, copy):
        try:
            outcome = self.check(disk, box, name, copy)
        except AssertionError as error:
            outcome = "FAILED"
            self.failures.append(name)
            print(error, flush=True)
        self.outcomes[outcome] += 1
        print(f"{name}: {outcome}", flush=True)

    def close(self):
        shutil.rmtree(self.base, ignore_errors=True)


def reason_to_skip():
    if os.geteuid() != 0:
        return "it needs root"
    for name in ("unshare", "mkfs.ext4", "e2fsck", "mount", "findmnt", "cc"):
        if shutil.which(name) is None:
            return f"{name} is not here"
    with tempfile.TemporaryDirectory() as directory:
        image = pathlib.Path(directory) / "probe.img"
        with open(image, "wb") as file:
            file.truncate(8 << 20)
        tool("mkfs.ext4", "-q", "-F", image)
        place = pathlib.Path(directory) / "mnt"
        place.mkdir()
        done = tool("unshare", "-m", "mount", "-o", "loop", image, place, check=False)
        return None if done.returncode == 0 else f"no loop device can be mounted: {done.stderr.strip()}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--full", action="store_true")
    arguments = parser.parse_args()
    if os.access("/dev/shm", os.W_OK):
        tempfile.tempdir = "/dev/shm"
    reason = reason_to_skip()
    if reason:
        print(f"power cuts are not tested: {reason}")
        sys.exit(SKIPPED)
    # In a mount namespace of its own: nothing stays mounted, however this ends.
    if "ADDER_POWER_NAMESPACE" not in os.environ:
        os.environ["ADDER_POWER_NAMESPACE"] = "1"
        os.execvp("unshare", ["unshare", "-m", "--propagation", "private", sys.executable, *sys.argv])
    begin = time.monotonic()
    server, index_url = local_index.serve()
    test = PowerTest(os.path.abspath(arguments.bin), sandbox.find_python(), index_url, arguments.full)
    titles = list(KINDS) if arguments.full else [title for title in KINDS if title.startswith("ext4")]
    try:
        for title in titles:
            if shutil.which(KINDS[title].make[0]) is None:
                print(f"{title}: not tested, {KINDS[title].make[0]} is not here")
                continue
            test.try_kind(title)
    finally:
        test.close()
        server.shutdown()
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(test.outcomes.items()))
    print(f"{sum(test.outcomes.values())} power cuts in {time.monotonic() - begin:.0f} s: {told}")
    print(f"{test.saved_by_boot_id} of the misses would have been damage without the boot id in names")
    if arguments.full and test.saved_by_boot_id == 0:
        sys.exit("no disk was met that needs the boot id: the instants are chosen badly")
    sys.exit(1 if test.failures else 0)


if __name__ == "__main__":
    main()
