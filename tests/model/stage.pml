/*
 * Stages are born leased (stage.cpp, create_leased_directory) and swept when their lock is free (sweep.cpp), whatever
 * their age.
 *
 * Checked: no sweep takes what a living builder works on; when all are dead, one sweep leaves nothing.
 *
 * Broken on purpose: LOCK_INSIDE (the directory first, then a lease in it, then the lock: the usual order),
 * INSIDE_FIRST (the sweep looks inside before it looks beside).
 */
#ifndef SWEEPERS
#define SWEEPERS 2
#endif
#ifndef ATTEMPTS
#define ATTEMPTS 2 /* kCreateAttempts: 20 */
#endif

/* Files are inodes 0 to ATTEMPTS - 1, made one after the other; a path holds one, or NONE. */
#define NONE ATTEMPTS
byte beginning = NONE; /* stage/.new-<id> */
byte beside = NONE;    /* stage/<id>.lease */
byte inside = NONE;    /* stage/<id>/.lease */
bool directory;        /* stage/<id> */
byte read_locked = NONE;
byte claimed;          /* set of inodes */
byte made;             /* inodes so far */
bool is_published;
bool works;            /* the builder has got its stage and is alive */

#define has(set, id) (((set) >> (id)) & 1)
#define add(set, id) set = set | (1 << (id))
#define del(set, id) set = set & ~(1 << (id))

proctype Builder() {
    byte file = NONE;

create:
    if
    :: atomic { made == ATTEMPTS -> goto dead } /* gives up, with an error */
    :: atomic { made < ATTEMPTS -> file = made; made++ }
    fi;
#ifndef LOCK_INSIDE
    /* create_locked_file */
    if
    :: atomic { beginning == NONE -> beginning = file }
    :: goto dead
    fi;
    if
    :: atomic { !has(claimed, file) -> read_locked = file }
    :: atomic { has(claimed, file) -> beginning = NONE; goto create }
    :: goto dead
    fi;
    if
    :: atomic { beginning == file -> beginning = NONE; beside = file }
    :: atomic { beginning != file -> read_locked = NONE; goto create }
    :: goto dead
    fi;
    if
    :: atomic { directory = true }
    :: goto dead
    fi;
    if
    :: atomic { beside = NONE; inside = file; works = true }
    :: goto dead
    fi;
#else
    if
    :: atomic { directory = true; works = true }
    :: goto dead
    fi;
    if
    :: atomic { inside = file }
    :: goto dead
    fi;
    if
    :: atomic { read_locked = file }
    :: goto dead
    fi;
#endif
    /* move_to_final, or killed in the work */
    if
    :: atomic {
           assert(directory && inside == file);
           directory = false;
           inside = NONE;
           is_published = true;
           works = false
       }
    :: goto dead
    fi;
dead:
    atomic { works = false; read_locked = NONE; file = NONE }
}

/* sweep.cpp, claim_file: opens, then tries the lock */
inline claim(path) {
    if
    :: atomic { path == NONE -> file = NONE }
    :: atomic { path != NONE -> file = path }
    fi;
    atomic {
        is_held = false;
        if
        :: file != NONE && read_locked != file && !has(claimed, file) -> add(claimed, file); is_held = true
        :: else
        fi
    }
}

inline let_go() {
    atomic { if :: is_held -> del(claimed, file) :: else fi; is_held = false; file = NONE }
}

proctype Sweeper(bool last) {
    byte file = NONE;
    bool is_held;
    bool sees_directory;
    bool sees_beside;
    bool sees_beginning;

    /* sweep_leased_directories */
    atomic { sees_directory = directory; sees_beside = (beside != NONE); sees_beginning = (beginning != NONE) }

    if
    :: atomic { sees_directory -> sees_directory = false }
       /* is_dead_directory */
#ifdef INSIDE_FIRST
       claim(inside);
       if :: file == NONE -> claim(beside) :: else fi;
#else
       claim(beside);
       if :: file == NONE -> claim(inside) :: else fi;
#endif
       if
       :: atomic { file == NONE || is_held -> assert(!works || !directory); directory = false; inside = NONE }
       :: atomic { !(file == NONE || is_held) }
       :: !last -> goto dead
       fi;
       let_go()
    :: !sees_directory
    fi;
    if
    :: atomic { sees_beside -> sees_beside = false }
       claim(beside);
       if
       :: atomic { is_held -> beside = NONE }
       :: !is_held
       :: !last -> goto dead
       fi;
       let_go()
    :: !sees_beside
    fi;
    if
    :: atomic { sees_beginning -> sees_beginning = false }
       claim(beginning);
       if
       :: atomic { is_held -> beginning = NONE } /* whatever lies there by now */
       :: !is_held
       :: !last -> goto dead
       fi;
       let_go()
    :: !sees_beginning
    fi;
dead:
    let_go()
}

init {
    byte i;
    atomic {
        run Builder();
        do
        :: i < SWEEPERS -> run Sweeper(false); i++
        :: i == SWEEPERS -> break
        od
    }
    atomic { _nr_pr == 1; assert(read_locked == NONE && claimed == 0); run Sweeper(true) }
    atomic { _nr_pr == 1; assert(!directory && inside == NONE && beside == NONE && beginning == NONE) }
}
