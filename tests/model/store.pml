/*
 * Lease, publish, collect: names apart from bodies, tombstone, claim, builders, and SIGKILL of everybody at every step.
 *
 *     spin -DUSERS=2 -DCOLLECTORS=2 -a store.pml
 *
 * One key. One body is published and named at the start; a user that gets no lease builds another one. Every `if` with
 * an option `goto dead` is one step of the code, and may be the last one of its process. Comments name the code.
 *
 * Checked: I1 (the assertions in take_away and at `use`), I2 (the one where a lease is got), I3, I4 and I9 (no invalid
 * end state; the collector has no step that waits, a user has a bounded number of tries), I5 and I6 (the assertions in
 * init).
 *
 * Broken on purpose: NO_TOMBSTONE, TEST_LOCK (the lock is tested, not held), PUBLISH_BEFORE_LEASE.
 */
#ifndef USERS
#define USERS 2
#endif
#ifndef COLLECTORS
#define COLLECTORS 2
#endif
#ifndef PAUSES
#define PAUSES 1 /* acquire.cpp, kPausesMs: 5 there, and in acquire.pml */
#endif

/* Ids count downwards: the younger the smaller, and collectors go from 0 up, youngest first like collect_bodies. */
#define BODIES (USERS + 1)
#define NO_ID BODIES

/* Where a body is. REST: in env/, but its .lease is gone (deletion in place, cut short). */
#define NOWHERE 0
#define STAGE 1
#define ENV 2
#define REST 3
#define TRASH 4

#define has(set, id) (((set) >> (id)) & 1)
#define add(set, id) set = set | (1 << (id))
#define del(set, id) set = set & ~(1 << (id))

byte name = BODIES - 1;  /* key/<key> */
byte unmade = BODIES - 1; /* ids below this one are free */
byte place[BODIES];
byte readers[BODIES];    /* read locks on .lease: on the inode, which outlives the place */
byte users[BODIES];      /* processes that rely on the body: what the locks are for */
byte claimed;            /* sets of bodies: with a write lock on .lease, */
byte tomb;               /* with a .lease of length 1, */
byte whole;              /* with all their files */
bool turn;               /* lock/build */

/* All users are alike, and so are all collectors: it is enough to see them start in the order of their numbers. */
byte started_users;
byte started_collectors;

/* Nobody who relies on a body may lose it. */
inline take_away(id, to) {
    assert(users[id] == 0);
    place[id] = to
}

proctype User(byte number) {
    byte id = NO_ID;
    byte pauses;
    bool was_gone;
    bool has_turn;
    bool has_lock;
    bool relies;

    atomic { started_users == number -> started_users++ }

acquire: /* acquire.cpp, acquire_lease: read_name */
    if
    :: atomic { id = name; if :: id == NO_ID -> goto build :: else fi }
    :: goto dead
    fi;

    /* acquire.cpp, try_lease: open */
    if
    :: atomic { place[id] == ENV }
    :: atomic { place[id] != ENV -> if :: was_gone -> goto build :: else -> was_gone = true; goto acquire fi }
    :: goto dead
    fi;

    /* acquire.cpp, try_lease: try_lock. What was opened may have been condemned, moved and deleted by now. */
    if
    :: atomic { !has(claimed, id) -> readers[id]++; has_lock = true }
    :: atomic { has(claimed, id) -> if :: pauses == PAUSES -> goto build :: else -> pauses++; goto acquire fi }
    :: goto dead
    fi;

    /* acquire.cpp, try_lease: fstat */
    if
    :: atomic { has(tomb, id) -> readers[id]--; has_lock = false; goto build }
    :: atomic {
           !has(tomb, id) ->
           users[id]++;
           relies = true;
           assert(place[id] == ENV && has(whole, id));
           goto use
       }
    :: goto dead
    fi;

build: /* build_lock.cpp, wait_build_lock: a turn, or after a minute without progress none. Then the lease once more. */
    atomic {
        id = NO_ID;
        pauses = 0;
        was_gone = false;
        if
        :: has_turn -> goto create
        :: else
        fi
    }
    if
    :: atomic { !turn -> turn = true; has_turn = true; goto acquire }
    :: atomic { turn -> goto create }
    :: goto dead
    fi;

create: /* stage.cpp, create_leased_directory: born leased, see stage.pml */
    if
    :: atomic {
           unmade--;
           id = unmade;
           place[id] = STAGE;
#ifndef PUBLISH_BEFORE_LEASE
           readers[id]++;
           has_lock = true;
           users[id]++;
           relies = true
#endif
       }
    :: goto dead
    fi;

    /* The work, and stage.cpp, move_to_final. A whole stage is as dead without its builder as a half one. */
    if
    :: atomic { place[id] == STAGE -> place[id] = ENV; add(whole, id) }
#ifdef PUBLISH_BEFORE_LEASE
    :: atomic { place[id] != STAGE -> goto dead }
#endif
    :: goto dead
    fi;

    /* store.cpp, publish: write_name. What has no room for a name goes on from the body without one. */
    if
    :: atomic { name = id }
    :: skip
    :: goto dead
    fi;

#ifdef PUBLISH_BEFORE_LEASE
    if
    :: atomic { !has(claimed, id) -> readers[id]++; has_lock = true; users[id]++; relies = true }
    :: atomic { has(claimed, id) -> goto dead }
    :: goto dead
    fi;
#endif

use: /* Its turn ends (store.cpp, publish and begin), the program runs, */
    atomic {
        assert(place[id] == ENV && has(whole, id));
        if
        :: has_turn -> turn = false; has_turn = false
        :: else
        fi
    }

dead: /* and dies, of itself or by SIGKILL: the kernel takes back what it held. */
    atomic {
        if :: has_lock -> readers[id]-- :: else fi;
        if :: relies -> users[id]-- :: else fi;
        if :: has_turn -> turn = false :: else fi;
        id = NO_ID; pauses = 0; was_gone = false; has_turn = false; has_lock = false; relies = false
    }
}

/* clean and prune, and without the first removal of names a housekeeper. The last one is alone and is not killed. */
proctype Collector(byte number) {
    byte i;
    byte held;   /* collector.cpp, Batch::claims_ */
    byte locked; /* those with a lock: the rest of a body has no .lease */
    bool leads_here;

    /* clean.cpp, Cleaner::run: survey_bodies */
    if
    :: atomic {
           started_collectors == number ->
           started_collectors++;
           do
           :: i < BODIES && (place[i] == ENV || place[i] == REST) -> add(held, i); i++
           :: i < BODIES && place[i] != ENV && place[i] != REST -> i++
           :: i == BODIES -> i = 0; break
           od
       }
    fi;

    /* clean.cpp, remove_names: all of them. A prune leaves them to the step `unname`. */
    if
    :: atomic { name = NO_ID }
    :: number < COLLECTORS -> skip
    :: number < COLLECTORS -> goto dead
    fi;

    /* collector.cpp, Batch::claim: does not wait. What it opened may have been moved by another collector since; then
       it locks an inode that nobody finds any more, or there was nothing to open. */
    do
    :: atomic { i < BODIES && !has(held, i) -> i++ }
    :: atomic {
           i < BODIES && has(held, i) ->
           if
           :: place[i] != REST && (readers[i] > 0 || has(claimed, i)) -> del(held, i)
           :: place[i] != REST && readers[i] == 0 && !has(claimed, i) ->
#ifndef TEST_LOCK
                  add(claimed, i);
#endif
                  add(locked, i)
           :: place[i] != ENV
           fi;
           i++
       }
    :: atomic { i == BODIES -> i = 0; break }
    :: number < COLLECTORS -> goto dead
    od;

    /* collector.cpp, Batch::unname: looks, and then unlinks whatever the name is by now (R17) */
    if
    :: atomic { if :: name != NO_ID -> leads_here = has(held, name) :: else fi }
    :: number < COLLECTORS -> goto dead
    fi;
    if
    :: atomic { if :: leads_here -> name = NO_ID; leads_here = false :: else fi }
    :: number < COLLECTORS -> goto dead
    fi;

    /* collector.cpp, Batch::bury */
    do
    :: atomic { i < BODIES && !has(held, i) -> i++ }
    :: i < BODIES && has(held, i) ->
           if
           :: atomic {
                  true;
#ifndef NO_TOMBSTONE
                  if :: has(locked, i) -> add(tomb, i) :: else fi
#endif
              }
           :: number < COLLECTORS -> goto dead
           fi;
           /* trash.cpp, move_to_trash: a rename, or where that is refused deletion in place */
           if
           :: atomic { place[i] == ENV -> take_away(i, TRASH) }
           :: atomic { place[i] == ENV -> take_away(i, REST); del(whole, i) }
           :: atomic { place[i] != ENV }
           :: number < COLLECTORS -> goto dead
           fi;
           if
           :: atomic { place[i] == REST -> take_away(i, NOWHERE) }
           :: atomic { place[i] != REST }
           :: number < COLLECTORS -> goto dead
           fi;
           /* The end of the claim */
           atomic {
#ifndef TEST_LOCK
               if :: has(locked, i) -> del(claimed, i) :: else fi;
#endif
               del(locked, i);
               del(held, i);
               i++
           }
    :: atomic { i == BODIES -> i = 0; break }
    od;

    /* sweep.cpp, sweep_stages: a stage whose lock is free is dead; stage.pml has the steps. trash.cpp, empty_trash. */
    if
    :: atomic {
           do
           :: i < BODIES ->
                  if
                  :: place[i] == STAGE && readers[i] == 0 && !has(claimed, i) -> take_away(i, NOWHERE)
                  :: place[i] == TRASH -> place[i] = NOWHERE
                  :: else
                  fi;
                  i++
           :: i == BODIES -> i = 0; break
           od
       }
    :: number < COLLECTORS -> skip
    fi;

dead:
    atomic {
#ifndef TEST_LOCK
        claimed = claimed & ~locked;
#endif
        i = 0; held = 0; locked = 0; leads_here = false
    }
}

init {
    byte i;
    atomic {
        place[BODIES - 1] = ENV;
        add(whole, BODIES - 1);
        do
        :: i < USERS -> run User(i); i++
        :: i == USERS -> i = 0; break
        od;
        do
        :: i < COLLECTORS -> run Collector(i); i++
        :: i == COLLECTORS -> i = 0; break
        od
    }
    atomic {
        _nr_pr == 1; /* all are dead */
        assert(!turn && claimed == 0);
        do
        :: i < BODIES -> assert(readers[i] == 0 && users[i] == 0); i++
        :: i == BODIES -> i = 0; break
        od;
        run Collector(COLLECTORS)
    }
    atomic {
        _nr_pr == 1;
        assert(name == NO_ID);
        do
        :: i < BODIES -> assert(place[i] == NOWHERE); i++
        :: i == BODIES -> i = 0; break
        od
    }
}
