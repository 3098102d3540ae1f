/*
 * Payloads and the bodies of symbolic links that lead into them: read locks, claim, mark, sweep (I7).
 *
 * Linkers want both payloads, or one; they extract what is missing, link, publish, let go of the locks, run, die. Some
 * may be killed at each step. A collector takes away bodies that nobody leases and then payloads that no body links to:
 * of the whole shard if it gets the whole lock file, else one by one.
 *
 * Checked: a payload that a body in env/ links to, or that somebody links from, is there, and is not taken away
 * (take_away). No invalid end state: linkers wait for nobody for ever, collectors for nobody.
 *
 * Broken on purpose: MARK_BEFORE_CLAIM; UNLOCK_BEFORE_PUBLISH (the guards end before the record can be seen);
 * MOVE_BEFORE_REPLACE (a distrusted payload is taken away before its successor is in place).
 */
#ifndef LINKERS
#define LINKERS 3
#endif
#ifndef COLLECTORS
#define COLLECTORS 2
#endif
#define PAYLOADS 2

#define has(set, id) (((set) >> (id)) & 1)
#define add(set, id) set = set | (1 << (id))
#define del(set, id) set = set & ~(1 << (id))

byte present = 3;         /* the payloads that are there; */
byte distrusted = 1;      /* of an earlier boot, not known to be on the disk */
byte locks[PAYLOADS];     /* read locks on lock/pay.XX */
byte claims;              /* write locks */
byte links[LINKERS];      /* the payloads in the record of the body of a linker */
byte in_env;              /* bodies that can be seen */
byte leased;              /* bodies with a read lock */
byte linking[PAYLOADS];   /* linkers that rely on a payload */
byte started_linkers;     /* all are alike: it is enough to see them start in order */
byte started_collectors;

inline take_away(p) {
    assert(linking[p] == 0);
    b = 0;
    do
    :: b < LINKERS -> assert(!(has(in_env, b) && has(links[b], p))); b++
    :: b == LINKERS -> b = 0; break
    od;
    del(present, p)
}

proctype Linker(byte me) {
    byte p;
    byte held;    /* read locks; */
    byte relies;  /* of them those whose payload is not private */
    byte b;

    atomic { started_linkers == me -> started_linkers++ }

    do
    :: p < PAYLOADS ->
           if
           :: skip /* not all bodies want the same */
           :: p++; goto next
           :: goto dead
           fi;
           /* payload.cpp, PayloadLocks::acquire: waits a second at most. Without: a private copy, which is nobody's. */
           if
           :: atomic { !has(claims, p) -> locks[p]++; add(held, p) }
           :: atomic { has(claims, p) -> p++; goto next }
           :: goto dead
           fi;
           /* payload.cpp, PayloadAccess::lock: is_trusted */
           if
           :: atomic { has(present, p) && !has(distrusted, p) -> linking[p]++; add(relies, p); p++; goto next }
           :: atomic { !(has(present, p) && !has(distrusted, p)) }
           :: goto dead
           fi;
           /* payload.cpp, PayloadAccess::publish, with the turn: looks again, and puts its own in place */
#ifdef MOVE_BEFORE_REPLACE
           if
           :: atomic { has(present, p) && has(distrusted, p) -> take_away(p) }
           :: atomic { !(has(present, p) && has(distrusted, p)) }
           :: goto dead
           fi;
#endif
           if
           :: atomic { add(present, p); del(distrusted, p); linking[p]++; add(relies, p); p++ }
           :: goto dead
           fi;
next:      skip
    :: p == PAYLOADS -> break
    od;

#ifdef UNLOCK_BEFORE_PUBLISH
    atomic {
        p = 0;
        do
        :: p < PAYLOADS ->
               if :: has(held, p) -> locks[p]-- :: else fi;
               if :: has(relies, p) -> linking[p]-- :: else fi;
               p++
        :: p == PAYLOADS -> break
        od;
        held = 0
    }
#endif
    /* store.cpp, publish: the record, and the rename that makes it seen; the body was born leased */
    if
    :: atomic { links[me] = relies; add(leased, me); add(in_env, me) }
    :: goto dead
    fi;
    /* environment.cpp, build: the payloads of the build go out of scope; PayloadGuard::release, one by one */
    do
    :: atomic {
           held != 0 ->
           p = 0;
           if :: has(held, 0) -> skip :: else -> p = 1 fi;
           locks[p]--;
           del(held, p);
           if :: has(relies, p) -> linking[p]--; del(relies, p) :: else fi
       }
    :: atomic { held == 0 -> relies = 0; break }
    :: goto dead
    od;

dead:
    atomic {
        p = 0;
        do
        :: p < PAYLOADS ->
               if :: has(held, p) -> locks[p]--; if :: has(relies, p) -> linking[p]-- :: else fi :: else fi;
               p++
        :: p == PAYLOADS -> break
        od;
        p = 0; held = 0; relies = 0;
        del(leased, me)
    }
}

proctype Collector(byte me) {
    byte b;
    byte p;
    byte held;   /* claims */
    byte marked; /* payloads that some record names */

    /* collector.cpp: bodies with a free lease go first, one batch */
    if
    :: atomic { started_collectors == me -> started_collectors++; in_env = in_env & leased }
    fi;

#ifdef MARK_BEFORE_CLAIM
    if
    :: atomic {
           do
           :: b < LINKERS -> if :: has(in_env, b) -> marked = marked | links[b] :: else fi; b++
           :: b == LINKERS -> b = 0; break
           od
       }
    :: goto dead
    fi;
#endif
    /* payload_collector.cpp, claim: the whole lock file, */
    if
    :: atomic { locks[0] == 0 && locks[1] == 0 && claims == 0 -> claims = 3; held = 3; goto claimed }
    :: atomic { !(locks[0] == 0 && locks[1] == 0 && claims == 0) }
    :: skip /* a choice that is not `All` does not try */
    :: goto dead
    fi;
    /* or byte by byte what can be had */
    do
    :: atomic { p < PAYLOADS -> if :: locks[p] == 0 && !has(claims, p) -> add(claims, p); add(held, p) :: else fi; p++ }
    :: atomic { p == PAYLOADS -> p = 0; break }
    :: goto dead
    od;
claimed:
#ifndef MARK_BEFORE_CLAIM
    /* payload_collector.cpp, linked_payloads: body by body */
    do
    :: atomic { b < LINKERS -> if :: has(in_env, b) -> marked = marked | links[b] :: else fi; b++ }
    :: atomic { b == LINKERS -> b = 0; break }
    :: goto dead
    od;
#endif
    /* payload_collector.cpp, remove */
    do
    :: atomic {
           p < PAYLOADS ->
           if :: has(held, p) && !has(marked, p) && has(present, p) -> take_away(p) :: else fi;
           p++
       }
    :: atomic { p == PAYLOADS -> p = 0; break }
    :: goto dead
    od;
dead:
    atomic { claims = claims & ~held; held = 0; marked = 0; p = 0; b = 0 }
}

init {
    byte i;
    atomic {
        /* A body of the last boot that is leased, and leads to the distrusted payload; its process lives on. */
        do
        :: i < LINKERS - 1 -> run Linker(i); i++
        :: i == LINKERS - 1 -> links[i] = 1; add(in_env, i); add(leased, i); break
        od;
        i = 0;
        do
        :: i < COLLECTORS -> run Collector(i); i++
        :: i == COLLECTORS -> i = 0; break
        od
    }
    atomic { _nr_pr == 1; assert(claims == 0 && locks[0] == 0 && locks[1] == 0) }
}
