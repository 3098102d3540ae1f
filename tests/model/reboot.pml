/*
 * Power cuts: names with the boot suffix, and how they lose it.
 *
 * Everything is there twice: as the running kernel sees it, and as it is on the disk. Between the two the kernel
 * writes what it likes when it likes, each thing by itself (process WriteBack); so a cut may lose any suffix, and
 * indeed any subset, of what was not synced. That is weaker than any file system we know; ext4 without a journal is
 * near it. syncfs and fsync write at once what they cover.
 *
 * One key; users of the first boot publish and read nothing, as store.pml does the rest. Checked after the cut, by
 * the reader in `cut`: I2, a name that counts leads to a whole body, to a tombstone or to nothing.
 *
 * Broken on purpose: NO_SUFFIX, SYNC_AFTER_SETTLE, RENAME_OVER (settle brings back names that were removed),
 * NO_FSYNC (of key/ before the first file goes), ANY_BOOT (a later boot settles what it finds); and four that were
 * in the code until this model found them: SURVEY_NAMES (the collector removes the names that it saw before it had
 * the claims), SETTLE_UNLEASED (names lose their suffix without a lease of the body), PUT_BACK (a name that settle
 * met instead of the expected one is put back, whether its body lives or not), SYNC_OWN_ONLY (no fsync of key/ by a
 * collector that removed no name itself).
 */
#ifndef BODIES
#define BODIES 2
#endif
#ifndef HOUSES
#define HOUSES 1
#endif
#define NO_ID BODIES

#define NOWHERE 0
#define ENV 1
#define AWAY 2 /* in trash/, or no more */

#define PLAIN 0 /* no suffix */

#define has(set, id) (((set) >> (id)) & 1)
#define add(set, id) set = set | (1 << (id))
#define del(set, id) set = set & ~(1 << (id))

byte boot = 1;

/* What the kernel sees, and what the disk has. */
byte name_id = NO_ID;     byte disk_name_id = NO_ID;
byte name_boot = PLAIN;   byte disk_name_boot = PLAIN;
byte place[BODIES];       byte disk_place[BODIES];
byte whole;               byte disk_whole; /* sets of bodies */
byte tomb;                byte disk_tomb;

byte leases[BODIES]; /* read locks */
byte claimed;
byte unmade;  /* the next id */
bool turn;    /* lock/build */
bool down;    /* between the cut and the end of all processes */

inline sync_file_system() {
    disk_name_id = name_id;
    disk_name_boot = name_boot;
    i = 0;
    do
    :: i < BODIES -> disk_place[i] = place[i]; i++
    :: i == BODIES -> i = 0; break
    od;
    disk_whole = whole;
    disk_tomb = tomb
}

/* Each process may stop at each step: it was killed, or the power was cut. After the cut none goes on. */
#define on(condition) (!down && (condition)) ->

proctype Builder(bool is_durable) {
    byte id = NO_ID;
    byte i;
    bool has_turn;

    /* build_lock.cpp, wait_build_lock: a turn, or after a minute none */
    if
    :: atomic { on(!turn) turn = true; has_turn = true }
    :: atomic { on(turn) skip }
    :: goto dead
    fi;
    /* store.cpp, publish: with Durability::Synced syncfs, before the rename. stage.cpp, move_to_final. */
    if
    :: atomic { on(unmade < BODIES) id = unmade; unmade++; leases[id]++; add(whole, id) }
    :: goto dead
    fi;
    if
    :: atomic { on(is_durable) sync_file_system() }
    :: atomic { on(!is_durable) skip }
    :: goto dead
    fi;
    if
    :: atomic { on(true) place[id] = ENV }
    :: goto dead
    fi;
    /* store.cpp, name_of_new; names.cpp, write_name */
    if
    :: atomic {
           on(true) name_id = id;
#ifdef NO_SUFFIX
           name_boot = PLAIN
#else
           if :: is_durable -> name_boot = PLAIN :: else -> name_boot = boot fi
#endif
       }
    :: goto dead
    fi;
dead:
    atomic {
        if :: id != NO_ID -> leases[id]-- :: else fi;
        if :: has_turn -> turn = false :: else fi;
        id = NO_ID; has_turn = false
    }
}

proctype House() {
    byte id = NO_ID;
    byte old_id = NO_ID;
    byte old_boot;
    byte i;
    bool has_turn;
    bool has_lease;

    /* housekeeping.cpp, find_unsettled */
    if
    :: atomic {
#ifdef ANY_BOOT
           on(name_id != NO_ID && name_boot != PLAIN)
#else
           on(name_id != NO_ID && name_boot == boot)
#endif
           id = name_id; old_boot = name_boot
       }
    :: goto dead
    fi;
#ifndef SYNC_AFTER_SETTLE
    /* housekeeping.cpp, settle: what was found is on the disk after this */
    if
    :: atomic { on(true) sync_file_system() }
    :: goto dead
    fi;
#endif
    /* names.cpp, settle_name: the build lock, or leave it */
    if
    :: atomic { on(!turn) turn = true; has_turn = true }
    :: goto dead
    fi;
#ifndef SETTLE_UNLEASED
    /* names.cpp, settle_name: the lease, or leave it. So whoever claims a body finds every name that leads to it. */
    if
    :: atomic { on(place[id] == ENV && !has(claimed, id)) leases[id]++; has_lease = true }
    :: goto dead
    fi;
    if
    :: atomic { on(has(tomb, id)) goto dead }
    :: atomic { on(!has(tomb, id)) skip }
    :: goto dead
    fi;
#endif
    /* names.cpp, settle_name: still the same? */
    if
    :: atomic { on(name_id != id || name_boot != old_boot) goto dead }
    :: atomic { on(name_id == id && name_boot == old_boot) skip }
    :: goto dead
    fi;
    /* names.cpp, settle_name: RENAME_EXCHANGE, which needs a name to exchange with. If a builder without a turn has
       replaced that one just now, its body goes without a name. */
    if
#ifdef RENAME_OVER
    :: atomic { on(true) name_id = id; name_boot = PLAIN; goto dead }
#endif
    :: atomic { on(name_id == NO_ID) goto dead }
    :: atomic {
           on(name_id != NO_ID)
           if
           :: name_id == id && name_boot == old_boot -> old_id = NO_ID
           :: else -> old_id = name_id; old_boot = name_boot
           fi;
           name_id = id;
           name_boot = PLAIN
       }
    :: goto dead
    fi;
#ifdef PUT_BACK
    if
    :: atomic { on(old_id != NO_ID && name_id != NO_ID) name_id = old_id; name_boot = old_boot }
    :: atomic { on(old_id == NO_ID || name_id == NO_ID) skip }
    :: goto dead
    fi;
#endif
#ifdef SYNC_AFTER_SETTLE
    if
    :: atomic { on(true) sync_file_system() }
    :: goto dead
    fi;
#endif
dead:
    atomic {
        if :: has_turn -> turn = false :: else fi;
        if :: has_lease -> leases[id]-- :: else fi;
        id = NO_ID; old_id = NO_ID; old_boot = PLAIN; has_turn = false; has_lease = false
    }
}

proctype Clean() {
    byte i;
    byte held;
    byte keys = NO_ID; /* the body that the name led to at the survey */
    bool removed;

    /* clean.cpp, run: survey_bodies; for a prune the names of the survey are what `unname` works on */
    if
    :: atomic {
           on(true) do
           :: i < BODIES -> if :: place[i] == ENV -> add(held, i) :: else fi; i++
           :: i == BODIES -> i = 0; break
           od;
           keys = name_id
       }
    :: goto dead
    fi;
    /* clean.cpp, remove_names, and its fsync; a prune skips this */
    if
    :: atomic { on(true) removed = (name_id != NO_ID); name_id = NO_ID; name_boot = PLAIN; keys = NO_ID }
    :: atomic { on(true) skip }
    :: goto dead
    fi;
    /* collector.cpp, Batch::claim */
    if
    :: atomic {
           on(true)
           do
           :: i < BODIES -> if :: leases[i] > 0 || has(claimed, i) -> del(held, i) :: else fi; i++
           :: i == BODIES -> i = 0; break
           od;
           claimed = claimed | held
       }
    :: goto dead
    fi;
    /* collector.cpp, Batch::unname. With the claims held nobody writes a name that leads to the batch: its builder
       would hold its lease. */
    if
#ifdef SURVEY_NAMES
    :: atomic {
           on(true)
           if
           :: keys != NO_ID && name_id == keys && has(held, keys) -> name_id = NO_ID; name_boot = PLAIN
           :: else
           fi
       }
#else
    :: atomic {
           on(true)
           if
           :: name_id != NO_ID && has(held, name_id) -> name_id = NO_ID; name_boot = PLAIN; removed = true
           :: else
           fi
       }
#endif
    :: goto dead
    fi;
#ifndef NO_FSYNC
    /* names.cpp, sync_names: also what others have removed or replaced, who may not have synced it */
    if
#ifdef SYNC_OWN_ONLY
    :: atomic { on(!removed) skip }
#endif
    :: atomic { on(true) disk_name_id = name_id; disk_name_boot = name_boot }
    :: goto dead
    fi;
#endif
    /* collector.cpp, Batch::bury; trash.cpp, empty_trash */
    if
    :: atomic { on(true) tomb = tomb | held }
    :: goto dead
    fi;
    if
    :: atomic {
           on(true) do
           :: i < BODIES -> if :: has(held, i) -> place[i] = AWAY :: else fi; i++
           :: i == BODIES -> i = 0; break
           od
       }
    :: goto dead
    fi;
    if
    :: atomic { on(true) whole = whole & ~held }
    :: goto dead
    fi;
dead:
    atomic { claimed = claimed & ~held; held = 0; keys = NO_ID; removed = false; i = 0 }
}

/* The kernel; a link is one thing, and so are the files of a body. */
#define write_back(i)                                                                                              \
    :: atomic { on(disk_place[i] != place[i]) disk_place[i] = place[i] }                                           \
    :: atomic { on(has(disk_whole, i) != has(whole, i)) disk_whole = disk_whole ^ (1 << i) }                       \
    :: atomic { on(has(disk_tomb, i) != has(tomb, i)) disk_tomb = disk_tomb ^ (1 << i) }

proctype WriteBack() {
end:
    do
    :: atomic {
           on(disk_name_id != name_id || disk_name_boot != name_boot)
           disk_name_id = name_id;
           disk_name_boot = name_boot
       }
    write_back(0)
    write_back(1)
#if BODIES > 2
    write_back(2)
#endif
    od
}

/* The cut, and what a reader of the next boot makes of what it finds: acquire.cpp, acquire_lease and try_lease. */
inline cut() {
    atomic {
        down = true;
        boot++;
        name_id = disk_name_id;
        name_boot = disk_name_boot;
        i = 0;
        do
        :: i < BODIES -> place[i] = disk_place[i]; i++
        :: i == BODIES -> i = 0; break
        od;
        whole = disk_whole;
        tomb = disk_tomb;
        if
        :: name_id != NO_ID && name_boot == PLAIN ->
               assert(place[name_id] != ENV || has(tomb, name_id) || has(whole, name_id))
        :: else
        fi
    }
}

init {
    byte i;
    atomic {
        run WriteBack();
        run Builder(false);
        run Builder(true);
#if BODIES > 2
        run Builder(false);
#endif
        run House();
#if HOUSES > 1
        run House();
#endif
        run Clean()
    }
    cut();
    atomic { _nr_pr == 2 -> down = false; claimed = 0; turn = false }
    /* The next boot: what it finds may be settled by mistake, and is cut off again. */
    atomic { run House(); run Clean() }
    cut()
}
