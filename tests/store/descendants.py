"""Run by descriptors_test.py inside an environment of the store: starts one descendant in the way named on the command
line and waits to be killed. The descendant tells that it runs, waits, and only then imports and reads what it has not
touched yet.

usage: descendants.py WAY READY GO OUT      (WAY "work": be the descendant)
"""
import asyncio
import concurrent.futures
import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
import time

HERE = os.path.abspath(__file__)


def write(path, text):
    with open(path + ".tmp", "w") as file:
        file.write(text)
    os.rename(path + ".tmp", path)


def wait_for(path):
    while not os.path.exists(path):
        time.sleep(0.01)


def late():
    import importlib

    import lazy_server.late
    helper = importlib.import_module("lazy_helper")
    with open(os.path.join(os.path.dirname(lazy_server.late.__file__), "data.txt")) as file:
        data = file.read().strip()
    assert os.path.exists(sys.executable), "the interpreter is gone"
    return f"late: {lazy_server.late.VALUE} {helper.__version__} {data}\n"


def work(ready, go, out):
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    write(ready, str(os.getpid()))
    wait_for(go)
    try:
        write(out, late())
    except Exception as error:  # whatever is missing: it is what the test wants to know
        write(out, f"{type(error).__name__}: {error}\n")


# --- the parts that daemons are made of


def close_everything():
    os.closerange(0, 4096)
    for wanted in (0, 1, 2):
        assert os.open(os.devnull, os.O_RDWR) == wanted


def become_daemon():
    """Stevens' double fork; the caller's side goes on, the daemon returns True."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return False
    os.setsid()
    if os.fork():
        os._exit(0)
    os.chdir("/")
    os.umask(0o022)
    return True


def wipe_title():
    """What setproctitle does to make room for a title: argv and the variables are gone from /proc."""
    with open("/proc/self/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    start, end = int(fields[48 - 3]), int(fields[51 - 3])  # arg_start, env_end
    ctypes.memset(start, 0, end - start)


# --- the ways


def worker(arguments):
    return [sys.executable, HERE, "work", *arguments]


def with_subprocess(arguments):
    return subprocess.Popen(worker(arguments))


def with_inherited_descriptors(arguments):
    return subprocess.Popen(worker(arguments), close_fds=False)


def with_popen(arguments):
    return os.popen(" ".join(f"'{word}'" for word in worker(arguments)))


def with_asyncio(arguments):
    async def start():
        return await asyncio.create_subprocess_exec(*worker(arguments))

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    return loop, loop.run_until_complete(start())


def with_posix_spawn(arguments):
    return os.posix_spawn(sys.executable, worker(arguments), os.environ)


def with_multiprocessing(method):
    def start(arguments):
        process = multiprocessing.get_context(method).Process(target=work, args=arguments)
        process.start()
        return process

    return start


def with_pool(method):
    def start(arguments):
        pool = concurrent.futures.ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(method))
        return pool, pool.submit(work, *arguments)

    return start


def with_double_fork(arguments):
    if become_daemon():
        close_everything()
        work(*arguments)
        os._exit(0)


def with_child_of_daemon(arguments):
    if become_daemon():
        close_everything()
        subprocess.Popen(worker(arguments))
        os._exit(0)


def with_setsid(arguments):
    return subprocess.Popen(worker(arguments), start_new_session=True, close_fds=False)


def with_empty_environment(arguments):
    return subprocess.Popen(worker(arguments), env={})


def with_exec_of_daemon(arguments):
    if become_daemon():
        close_everything()
        os.execve(sys.executable, worker(arguments), {})


def with_wiped_title(arguments):
    if become_daemon():
        close_everything()
        wipe_title()
        work(*arguments)
        os._exit(0)


def with_start_stop_daemon(arguments):
    program, *words = worker(arguments)
    subprocess.check_call(["/sbin/start-stop-daemon", "--start", "--background", "--pidfile", arguments[0] + ".pid", "--startas", program, "--", *words])


def with_other_program(arguments):
    """Not Python, knows nothing: only its variables tell where it comes from."""
    process = subprocess.Popen(["sleep", "1000"])
    write(arguments[0], str(process.pid))
    return process


WAYS = {
    "subprocess": with_subprocess,
    "subprocess, close_fds=False": with_inherited_descriptors,
    "os.popen": with_popen,
    "asyncio subprocess": with_asyncio,
    "os.posix_spawn": with_posix_spawn,
    "multiprocessing fork": with_multiprocessing("fork"),
    "multiprocessing spawn": with_multiprocessing("spawn"),
    "multiprocessing forkserver": with_multiprocessing("forkserver"),
    "ProcessPoolExecutor fork": with_pool("fork"),
    "ProcessPoolExecutor spawn": with_pool("spawn"),
    "setsid": with_setsid,
    "double fork, closerange": with_double_fork,
    "child of a daemon": with_child_of_daemon,
    "empty environment": with_empty_environment,
    "daemon, execve with nothing": with_exec_of_daemon,
    "daemon, title wiped": with_wiped_title,
    "start-stop-daemon -b": with_start_stop_daemon,
    "other program (sleep)": with_other_program,
}


def main():
    way, *arguments = sys.argv[1:]
    if way == "work":
        work(*arguments)
        return
    keep = WAYS[way](tuple(arguments))
    while keep is not arguments:  # until it is killed
        time.sleep(1)


if __name__ == "__main__":
    main()
