/*
 * The look into /proc: processes that close the descriptor of their lease and run on (store.md, R7 to R9b).
 *
 * One body. A process that uses it leaves a trace that a look can see (its words, its environment, its maps) from
 * exec on. It may fork children with or without the descriptor, close its own, and end, in any order. Others come and
 * take a lease while they can. Each slot is one process and its pid is not used again. Collectors claim, look in
 * passes until one meets nobody new, and delete.
 *
 * Checked: when the body goes, no process that uses it is alive.
 *
 * PRIVATE: private_root.cpp, sweep_private_roots, where the look comes before the claim: nobody can come to a private
 * store but by descent from its maker, and the store was listed before the look.
 *
 * Broken on purpose: LOOK_BEFORE_CLAIM; ONE_PASS; and PRIVATE with LISTED_AFTER_LOOK, which was in the code until this
 * model found it.
 */
#ifndef SLOTS
#define SLOTS 5
#endif
#ifndef COLLECTORS
#define COLLECTORS 2
#endif
#ifndef COMERS
#define COMERS 2 /* processes that are there from the start, not users yet; the others are unborn */
#endif

#define has(set, id) (((set) >> (id)) & 1)
#define add(set, id) set = set | (1 << (id))
#define del(set, id) set = set & ~(1 << (id))

byte alive;   /* sets of processes: all, */
byte users;   /* those with a trace, */
byte holders; /* those with the descriptor: the read lock is held while there is one */
bool claimed;
bool tomb;
bool exists;  /* the body; a private store is made by its first user */
bool gone;    /* deleted */
byte unborn = COMERS;

proctype Process(byte me) {
    /* Its birth, by fork: from then on it has the trace and perhaps the descriptor of its parent. */
    if
    :: atomic { has(alive, me) }
    :: atomic { unborn > SLOTS && !has(alive, me) -> goto over }
    fi;
    do
    :: atomic { /* acquire.cpp: lock and tombstone; or private_root.cpp, create */
           !has(users, me) && !gone &&
#ifdef PRIVATE
           !exists ->
           exists = true;
#else
           !claimed && !tomb ->
#endif
           add(users, me);
           add(holders, me)
       }
    :: atomic { has(users, me) && unborn < SLOTS -> /* close_fds=True */
           add(alive, unborn); add(users, unborn); unborn++ }
    :: atomic { has(holders, me) && unborn < SLOTS ->
           add(alive, unborn); add(users, unborn); add(holders, unborn); unborn++ }
    :: atomic { has(holders, me) -> del(holders, me) }
    :: atomic { true -> del(holders, me); del(users, me); del(alive, me); break }
    od;
over:
    skip
}

/* process_scan.cpp, scan_processes and look_at_newcomers */
inline look() {
    seen = 0;
    found = false;
    do
    :: atomic { true -> listed = alive & ~seen; if :: listed == 0 -> break :: else -> i = 0 fi }
       do
       :: atomic {
              i < SLOTS && has(listed, i) ->
              add(seen, i);
              if :: has(users & alive, i) -> found = true :: else fi;
              i++
          }
       :: atomic { i < SLOTS && !has(listed, i) -> i++ }
       :: atomic { i == SLOTS -> i = 0; listed = 0; break }
       od;
#ifdef ONE_PASS
       break
#endif
    od
}

proctype Collector() {
    byte i;
    byte seen;
    byte listed;
    bool found;
    bool has_claim;

#if defined(PRIVATE) && !defined(LISTED_AFTER_LOOK)
    if :: exists :: atomic { !exists -> goto end_of_it } fi;
#endif
#if defined(PRIVATE) || defined(LOOK_BEFORE_CLAIM)
    look();
    if :: found -> goto end_of_it :: else fi;
#endif
#ifdef LISTED_AFTER_LOOK
    if :: exists :: atomic { !exists -> goto end_of_it } fi;
#endif
    /* collector.cpp, Batch::claim; sweep.cpp, claim_file */
    if
    :: atomic { holders == 0 && !claimed -> claimed = true; has_claim = true }
    :: atomic { !(holders == 0 && !claimed) -> goto end_of_it }
    fi;
#if !defined(PRIVATE) && !defined(LOOK_BEFORE_CLAIM)
    /* collector.cpp, Batch::look */
    look();
    if :: found -> goto end_of_it :: else fi;
#endif
    /* collector.cpp, Batch::bury */
    atomic { tomb = true }
    atomic { assert((users & alive) == 0); gone = true }
end_of_it:
    atomic {
        if :: has_claim -> claimed = false :: else fi;
        has_claim = false; i = 0; seen = 0; listed = 0; found = false
    }
}

init {
    byte i;
    atomic {
        alive = (1 << COMERS) - 1;
#ifndef PRIVATE
        exists = true;
#endif
        do
        :: i < COLLECTORS -> run Collector(); i++
        :: i == COLLECTORS -> i = 0; break
        od;
        do
        :: i < SLOTS -> run Process(i); i++
        :: i == SLOTS -> break
        od
    }
    /* Those who will never be born */
    atomic { timeout -> unborn = unborn + 2 * SLOTS }
}
