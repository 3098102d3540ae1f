/*
 * How long a reader tries (I4): acquire.cpp, acquire_lease, with all of its pauses, in a store that changes between any
 * two of its steps as unluckily as possible.
 *
 * Checked: it reads the name at most seven times and ends with a lease or a miss.
 *
 * Broken on purpose: FORGETFUL (that the body was gone before is not remembered).
 */
#define PAUSES 5 /* kPausesMs */
#define BOUND (1 + 1 + PAUSES)

bool named = true;
bool there;
bool claimed;
bool tomb;

proctype Reader() {
    byte tries;
    byte pauses;
    bool was_gone;

again:
    atomic { tries++; assert(tries <= BOUND) }
    if :: atomic { !named -> goto over } :: named fi;
    if
    :: atomic {
           !there ->
           if :: was_gone -> goto over :: else fi;
#ifndef FORGETFUL
           was_gone = true;
#endif
           goto again
       }
    :: there
    fi;
    if
    :: atomic { claimed -> if :: pauses == PAUSES -> goto over :: else -> pauses++; goto again fi }
    :: !claimed
    fi;
    if :: tomb :: !tomb fi;
over:
    skip
}

active proctype Others() {
end:
    do
    :: named = !named
    :: there = !there
    :: claimed = !claimed
    :: tomb = !tomb
    od
}

init { run Reader() }
