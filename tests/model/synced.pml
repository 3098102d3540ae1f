/*
 * Power cuts: payloads, which have no name but their place, and the mark `.synced`.
 *
 * As in reboot.pml everything is there twice, and the kernel writes what it likes when it likes. A payload is a
 * directory with a number here; one place, `pay/<sha256>`, holds one of them at a time. Checked after the cut: what
 * payload.cpp, is_trusted, says yes to is whole.
 *
 * Broken on purpose: NO_MARK (the record alone is trusted, in any boot), MARK_BEFORE_SYNC; and two that were in the
 * code until this model found them: MARK_BY_PATH (the mark goes to whatever lies there after the sync),
 * UNLINK_BEFORE_SYNC (files of a payload go before the rename that took it away is on the disk).
 */
#ifndef GENERATIONS
#define GENERATIONS 3
#endif
#define NONE GENERATIONS

#define has(set, id) (((set) >> (id)) & 1)
#define add(set, id) set = set | (1 << (id))
#define on(condition) (!down && (condition)) ->

bool second_boot;
bool down;

/* What the kernel sees, and what the disk has. */
byte at = NONE;   byte disk_at = NONE; /* the payload in its place */
byte whole;       byte disk_whole;     /* sets of payloads: all files, */
byte record;      byte disk_record;    /* .meta with the boot that wrote it (always the first here), */
byte synced;      byte disk_synced;    /* .synced */

byte thrown; /* in trash/ */
byte unmade;
byte locks;  /* lock/pay.XX: read locks; */
bool claim;  /* and the write lock */

inline sync_file_system() {
    disk_at = at;
    disk_whole = whole;
    disk_record = record;
    disk_synced = synced
}

#ifdef NO_MARK
#define is_trusted(g) has(record, g)
#else
#define is_trusted(g) (has(record, g) && (has(synced, g) || !second_boot))
#endif

proctype Publisher() {
    bool has_lock;

    /* payload.cpp, PayloadLocks::acquire, is_trusted */
    if
    :: atomic { on(!claim) locks++; has_lock = true }
    :: goto dead
    fi;
    if
    :: atomic { on(at != NONE && is_trusted(at)) goto dead }
    :: atomic { on(at == NONE || !is_trusted(at)) skip }
    :: goto dead
    fi;
    /* payload.cpp, PayloadAccess::publish: its own turn, another look, in place */
    if
    :: atomic {
           on(at == NONE && unmade < GENERATIONS)
           at = unmade;
           add(whole, at);
           add(record, at);
           unmade++
       }
    :: atomic { on(at != NONE) skip }
    :: goto dead
    fi;
dead:
    atomic { if :: has_lock -> locks--; has_lock = false :: else fi }
}

proctype House() {
    byte g = NONE;
    /* housekeeping.cpp, find_unsettled: opens the directory */
    if
    :: atomic { on(at != NONE && !has(synced, at) && has(record, at) && !second_boot) g = at }
    :: goto dead
    fi;
#ifndef MARK_BEFORE_SYNC
    if
    :: atomic { on(true) sync_file_system() }
    :: goto dead
    fi;
#endif
    /* housekeeping.cpp, settle */
    if
#ifdef MARK_BY_PATH
    :: atomic { on(true) if :: at != NONE -> add(synced, at) :: else fi }
#else
    :: atomic { on(true) add(synced, g) }
#endif
    :: goto dead
    fi;
dead:
    atomic { g = NONE }
}

proctype Clean() {
    byte taken;
    bool has_claim;
    /* payload_collector.cpp, claim and remove; trash.cpp, move_to_trash */
    if
    :: atomic { on(locks == 0 && !claim) claim = true; has_claim = true }
    :: goto dead
    fi;
    if
    :: atomic { on(at != NONE) add(thrown, at); at = NONE }
    :: goto dead
    fi;
    atomic { if :: has_claim -> claim = false; has_claim = false :: else fi }
    /* trash.cpp, empty_trash: what it has listed, after a sync */
    if
    :: atomic { on(true) taken = thrown }
    :: goto dead
    fi;
#ifndef UNLINK_BEFORE_SYNC
    if
    :: atomic { on(true) sync_file_system() }
    :: goto dead
    fi;
#endif
    if
    :: atomic { on(true) whole = whole & ~taken }
    :: goto dead
    fi;
    if
    :: atomic { on(true) record = record & ~taken; synced = synced & ~taken; thrown = thrown & ~taken }
    :: goto dead
    fi;
dead:
    atomic { if :: has_claim -> claim = false; has_claim = false :: else fi; taken = 0 }
}

#define write_back(set, disk_set, g) \
    :: atomic { on(has(set, g) != has(disk_set, g)) disk_set = disk_set ^ (1 << g) }

proctype WriteBack() {
end:
    do
    :: atomic { on(disk_at != at) disk_at = at }
    write_back(whole, disk_whole, 0)
    write_back(whole, disk_whole, 1)
    write_back(record, disk_record, 0)
    write_back(record, disk_record, 1)
    write_back(synced, disk_synced, 0)
    write_back(synced, disk_synced, 1)
#if GENERATIONS > 2
    write_back(whole, disk_whole, 2)
    write_back(record, disk_record, 2)
    write_back(synced, disk_synced, 2)
#endif
    od
}

init {
    atomic { run WriteBack(); run Publisher(); run Publisher(); run House(); run Clean(); run Clean() }
    atomic {
        down = true;
        second_boot = true;
        at = disk_at;
        whole = disk_whole;
        record = disk_record;
        synced = disk_synced;
        if
        :: at != NONE && is_trusted(at) -> assert(has(whole, at))
        :: else
        fi
    }
}
