/* The extension module `_adder_lease_1`: makes an interpreter hold the lease of the environment it runs in for as long
   as its process, and every process forked from it, lives (docs/decisions/007-lease-hook.md).

   Programs that `adder` starts inherit the descriptor of their lease, but many close what they inherit: subprocess does,
   so does every daemon. A lock on an open file description also lives as long as a mapping of the file, and nobody
   unmaps what he does not know of. So: open `.lease`, lock it, map one page of it, close the descriptor. The page is
   never touched; it cannot be, and the file has length zero.

   Compiled without any header of Python: the few names of the stable ABI (PEP 384) that are used are declared here, so that
   one build serves every CPython from 3.8 on, and building adder needs no Python. Not linked with anything either:
   the process that loads it has a C library and an interpreter. */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

/* --- the stable ABI of CPython, on 64 and 32 bits, with a GIL and without Py_TRACE_REFS */

typedef struct PyObject PyObject;

typedef struct {
    intptr_t ob_refcnt;
    PyObject* ob_type;
    PyObject* (*m_init)(void);
    intptr_t m_index;
    PyObject* m_copy;
} PyModuleDef_Base;

typedef struct {
    int slot;
    int (*value)(PyObject* module); /* what Py_mod_exec takes */
} PyModuleDef_Slot;

typedef struct {
    PyModuleDef_Base m_base;
    const char* m_name;
    const char* m_doc;
    intptr_t m_size;
    void* m_methods;
    PyModuleDef_Slot* m_slots;
    void* m_traverse;
    void* m_clear;
    void* m_free;
} PyModuleDef;

enum { Py_mod_exec = 2 };

extern PyObject* PyModuleDef_Init(PyModuleDef* definition);
extern PyObject* PySys_GetObject(const char* name); /* borrowed */
extern PyObject* PyUnicode_EncodeFSDefault(PyObject* text);
extern char* PyBytes_AsString(PyObject* bytes);
extern void PyErr_Clear(void);
extern void Py_DecRef(PyObject* object);

/* --- the lease; src/store/acquire.cpp is its other reader */

enum {
    kPathLimit = 4096,
    kMessageLimit = kPathLimit + 256,
    kPage = 4096,
    kHighDescriptor = 960,
    kOverlay = 0x794c7630
};

/* How long a collector may take to let go, in milliseconds: 0.18 s in all. */
static const int kPauses[] = {1, 5, 20, 50, 100};
static const int kPauseCount = sizeof kPauses / sizeof kPauses[0];

enum Kind { kNoStore, kOfd, kFlock, kNone };

enum Body { kAlive, kDead };

/* `head` + `tail` in `buffer`; 0 when it does not fit. */
static int join(char* buffer, const char* head, size_t head_length, const char* tail) {
    const size_t tail_length = strlen(tail);
    if (head_length + tail_length >= kPathLimit) return 0;
    memcpy(buffer, head, head_length);
    memcpy(buffer + head_length, tail, tail_length + 1);
    return 1;
}

/* How much of `path` is left without its last component; 0 for none. */
static size_t parent_length(const char* path, size_t length) {
    while (length > 0 && path[length - 1] != '/')
        --length;
    return length > 1 ? length - 1 : 0;
}

/* What STORE says: "format=1 lock=ofd". Where there is none, this is a copy of an environment, and what lies around it is
   somebody else's. */
static enum Kind kind_of(const char* root, size_t root_length) {
    char path[kPathLimit];
    char text[64] = "";
    if (!join(path, root, root_length, "/STORE")) return kNoStore;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return kNoStore;
    if (read(fd, text, sizeof text - 1) < 0) text[0] = 0;
    close(fd);
    if (strstr(text, "lock=flock")) return kFlock;
    return strstr(text, "lock=none") ? kNone : kOfd;
}

/* 0, or an errno: EAGAIN when somebody has claimed it. Never waits. */
static int lock_shared(int fd, enum Kind kind) {
    struct flock lock;
    memset(&lock, 0, sizeof lock);
    lock.l_type = F_RDLCK;
    lock.l_whence = SEEK_SET;
    lock.l_len = 1;
    if (kind == kNone) return 0;
    const int status = kind == kOfd ? fcntl(fd, F_OFD_SETLK, &lock) : flock(fd, LOCK_SH | LOCK_NB);
    if (status == 0) return 0;
    return errno == EACCES ? EAGAIN : errno;
}

static void lock_patiently(int fd, enum Kind kind) {
    for (int i = 0; lock_shared(fd, kind) == EAGAIN && i < kPauseCount; ++i) {
        const struct timespec pause = {0, kPauses[i] * 1000000L};
        nanosleep(&pause, NULL);
    }
}

/* A mapping on an overlay keeps the file below alive, not the one that was opened and locked. */
static int mapping_holds_lock(int fd) {
    struct statfs status;
    return fstatfs(fd, &status) != 0 || (uint32_t)status.f_type != kOverlay;
}

/* From here on the mapping is the lease. It is there before the lock is tried: should that be refused, the
   look into /proc/PID/maps still finds it. */
static enum Body hold(const char* path, enum Kind kind) {
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return kAlive;
    mmap(NULL, kPage, PROT_NONE, MAP_SHARED, fd, 0);
    lock_patiently(fd, kind);
    const enum Body body = lseek(fd, 0, SEEK_END) > 0 ? kDead : kAlive;
    /* Each interpreter has one of its own, so it need not be handed down; the number is out of everybody's way. */
    if (!mapping_holds_lock(fd)) fcntl(fd, F_DUPFD_CLOEXEC, kHighDescriptor);
    close(fd);
    return body;
}

static enum Body hold_below(
    const char* directory, size_t length, const char* name, enum Kind kind
) {
    char path[kPathLimit];
    return join(path, directory, length, name) ? hold(path, kind) : kAlive;
}

/* Not an exception: those of start-up files are printed and forgotten. */
static void refuse(const char* prefix) {
    static const char kStart[] = "error: the environment `";
    static const char kEnd[] =
        "` was removed from the cache of adder while this program started\n"
        "hint: start it again through `adder`, which builds the environment anew\n";
    char text[kMessageLimit];
    size_t length = strlen(prefix);
    if (length > kPathLimit) length = kPathLimit;
    char* end = text;
    end = (char*)memcpy(end, kStart, sizeof kStart - 1) + sizeof kStart - 1;
    end = (char*)memcpy(end, prefix, length) + length;
    end = (char*)memcpy(end, kEnd, sizeof kEnd - 1) + sizeof kEnd - 1;
    if (write(STDERR_FILENO, text, (size_t)(end - text)) < 0) _exit(1);
    _exit(1);
}

/* `prefix` is `<root>/env/<id>`. The store of a --no-cache run has a lease of its own, and a real uv in the same root a
   lock (store/foreign.h): programs inherit those too. */
static void hold_environment(const char* prefix) {
    const size_t length = strlen(prefix);
    const size_t root_length = parent_length(prefix, parent_length(prefix, length));
    if (root_length == 0) return;
    const enum Kind kind = kind_of(prefix, root_length);
    if (kind == kNoStore) return;
    if (hold_below(prefix, length, "/.lease", kind) == kDead) refuse(prefix);
    if (hold_below(prefix, root_length, "/.lease", kind) == kDead) refuse(prefix);
    hold_below(prefix, root_length, "/.lock", kFlock);
}

static int execute(PyObject* module) {
    static int is_done; /* sub-interpreters import it again */
    (void)module;
    if (is_done) return 0;
    is_done = 1;
    PyObject* prefix = PySys_GetObject("prefix");
    PyObject* bytes = prefix ? PyUnicode_EncodeFSDefault(prefix) : NULL;
    const char* text = bytes ? PyBytes_AsString(bytes) : NULL;
    if (text) hold_environment(text);
    if (bytes) Py_DecRef(bytes);
    PyErr_Clear();
    return 0;
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, execute}, {0, NULL}};
static PyModuleDef definition = {
    .m_base = {.ob_refcnt = 1},
    .m_name = "_adder_lease_1",
    .m_doc = "Holds the lease of this environment of adder's store.",
    .m_slots = slots,
};

__attribute__((visibility("default"))) PyObject* PyInit__adder_lease_1(void) {
    return PyModuleDef_Init(&definition);
}
