"""A file system that refuses locks, as seen by the programs of one test: a library in front of libc, compiled by the test."""
import os
import shutil
import subprocess
import unittest

from sandbox import StoreTestCase

SHIM = r'''
/* Refuses locks with SHIM_OFD (fcntl) and SHIM_FLOCK, two values of errno. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>

static int refusal(const char* name) { const char* text = getenv(name); return text ? atoi(text) : 0; }

int flock(int fd, int operation) {
    int (*next)(int, int) = (int (*)(int, int))dlsym(RTLD_NEXT, "flock");
    if (!refusal("SHIM_FLOCK")) return next(fd, operation);
    errno = refusal("SHIM_FLOCK");
    return -1;
}

static int checked(const char* name, int fd, int command, void* argument) {
    int (*next)(int, int, void*) = (int (*)(int, int, void*))dlsym(RTLD_NEXT, name);
    const int locks = command == F_OFD_SETLK || command == F_OFD_SETLKW || command == F_OFD_GETLK || command == F_SETLK || command == F_SETLKW || command == F_GETLK;
    if (!locks || !refusal("SHIM_OFD")) return next(fd, command, argument);
    errno = refusal("SHIM_OFD");
    return -1;
}

int fcntl(int fd, int command, ...) {
    va_list list; va_start(list, command); void* argument = va_arg(list, void*); va_end(list);
    return checked("fcntl", fd, command, argument);
}

int fcntl64(int fd, int command, ...) {
    va_list list; va_start(list, command); void* argument = va_arg(list, void*); va_end(list);
    return checked("fcntl64", fd, command, argument);
}
'''


class RefusedLocksTestCase(StoreTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if shutil.which("cc") is None or "ASAN_OPTIONS" in os.environ or "TSAN_OPTIONS" in os.environ:
            raise unittest.SkipTest("needs a C compiler, and a build that lets itself be interposed")

    def setUp(self):
        super().setUp()
        source, self.shim = self.box.base / "shim.c", self.box.base / "shim.so"
        source.write_text(SHIM)
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", self.shim, source], check=True)

    def refusing(self, record_locks, flock=None):
        """Variables under which fcntl's locks fail with the first errno and flock with the second; None: it works."""
        return {"LD_PRELOAD": str(self.shim), "SHIM_OFD": str(record_locks), "SHIM_FLOCK": str(flock or 0)}
