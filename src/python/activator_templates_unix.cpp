#include "python/activator_templates.h"

namespace python::templates {

// bash, zsh, ksh, dash. Everything must parse in all of them and work under `set -eu`.
const std::string_view kPosixShell =
    R"SH(# Makes this shell use a Python environment. For bash, zsh, ksh and other POSIX shells:
#
#     . bin/activate
#
# `deactivate` undoes it.

if [ -n "${BASH_VERSION-}" ] && [ "${BASH_SOURCE-}" = "$0" ]; then
    echo "this file only works when it is sourced:  . $0" >&2
    exit 33
fi

deactivate () {
    if [ -n "${_OLD_VIRTUAL_PATH+set}" ]; then
        PATH=$_OLD_VIRTUAL_PATH
        export PATH
        unset _OLD_VIRTUAL_PATH
    fi
    if [ -n "${_OLD_VIRTUAL_PYTHONHOME+set}" ]; then
        PYTHONHOME=$_OLD_VIRTUAL_PYTHONHOME
        export PYTHONHOME
        unset _OLD_VIRTUAL_PYTHONHOME
    fi
    if [ -n "${_OLD_VIRTUAL_PS1+set}" ]; then
        PS1=$_OLD_VIRTUAL_PS1
        export PS1
        unset _OLD_VIRTUAL_PS1
    fi
    unset VIRTUAL_ENV VIRTUAL_ENV_PROMPT
    if [ "${1-}" != nondestructive ]; then
        unset -f deactivate pydoc
    fi
    # Shells remember where they found programs.
    hash -r 2>/dev/null || :
}

# Another environment may be active: leave that one first.
deactivate nondestructive

@LOCATE@
VIRTUAL_ENV_PROMPT=@PROMPT@
export VIRTUAL_ENV VIRTUAL_ENV_PROMPT

_OLD_VIRTUAL_PATH=${PATH-}
PATH=$VIRTUAL_ENV/bin${PATH:+:$PATH}
export PATH

if [ -n "${PYTHONHOME+set}" ]; then
    _OLD_VIRTUAL_PYTHONHOME=$PYTHONHOME
    unset PYTHONHOME
fi

if [ -z "${VIRTUAL_ENV_DISABLE_PROMPT-}" ]; then
    _OLD_VIRTUAL_PS1=${PS1-}
    PS1="($VIRTUAL_ENV_PROMPT) ${PS1-}"
    export PS1
fi

unalias pydoc 2>/dev/null || :
pydoc () {
    python -m pydoc "$@"
}

hash -r 2>/dev/null || :
)SH";

const std::string_view kPosixShellLocate =
    R"SH(# The environment may be moved: it is where this file is. Each shell tells that in its own way, and
# `eval` keeps the others from stumbling over it.
if [ -n "${BASH_VERSION-}" ]; then
    _virtual_script=$BASH_SOURCE
elif [ -n "${ZSH_VERSION-}" ]; then
    eval '_virtual_script=${(%):-%x}'
elif [ -n "${KSH_VERSION-}" ]; then
    eval '_virtual_script=${.sh.file}'
else
    _virtual_script=$0
fi
VIRTUAL_ENV=$(CDPATH= cd -- "$(dirname -- "$_virtual_script")/.." >/dev/null && pwd)
unset _virtual_script)SH";

const std::string_view kFish = R"FISH(# Makes this shell use a Python environment. For fish:
#
#     source bin/activate.fish
#
# `deactivate` undoes it.

function deactivate -d 'Leave the Python environment'
    if set -q _OLD_VIRTUAL_PATH
        set -gx PATH $_OLD_VIRTUAL_PATH
        set -e _OLD_VIRTUAL_PATH
    end
    if set -q _OLD_VIRTUAL_PYTHONHOME
        set -gx PYTHONHOME $_OLD_VIRTUAL_PYTHONHOME
        set -e _OLD_VIRTUAL_PYTHONHOME
    end
    # A shell started from an active one has the variable but not the function.
    if set -q _OLD_FISH_PROMPT_OVERRIDE
        if functions -q _old_fish_prompt
            functions -e fish_prompt
            functions -c _old_fish_prompt fish_prompt
            functions -e _old_fish_prompt
        end
        set -e _OLD_FISH_PROMPT_OVERRIDE
    end
    set -e VIRTUAL_ENV
    set -e VIRTUAL_ENV_PROMPT
    if test "$argv[1]" != nondestructive
        functions -e pydoc
        functions -e _virtual_status
        functions -e deactivate
    end
end

# Another environment may be active: leave that one first.
deactivate nondestructive

@LOCATE@
set -gx VIRTUAL_ENV_PROMPT @PROMPT@

set -gx _OLD_VIRTUAL_PATH $PATH
set -gx PATH "$VIRTUAL_ENV/bin" $PATH

if set -q PYTHONHOME
    set -gx _OLD_VIRTUAL_PYTHONHOME $PYTHONHOME
    set -e PYTHONHOME
end

function pydoc
    python -m pydoc $argv
end

function _virtual_status
    return $argv[1]
end

if test -z "$VIRTUAL_ENV_DISABLE_PROMPT"; and functions -q fish_prompt
    functions -c fish_prompt _old_fish_prompt
    function fish_prompt
        # The old prompt may show the status of the last command, so it must still see it.
        set -l last $status
        printf '(%s) ' "$VIRTUAL_ENV_PROMPT"
        _virtual_status $last
        _old_fish_prompt
    end
    set -gx _OLD_FISH_PROMPT_OVERRIDE "$VIRTUAL_ENV"
end
)FISH";

const std::string_view kFishLocate =
    R"FISH(# The environment may be moved: it is where this file is.
set -gx VIRTUAL_ENV (cd (dirname (status filename))/..; and pwd))FISH";

// csh and tcsh have no functions, and expand a whole `if` before they test it: hence `&&`.
const std::string_view kCsh =
    R"CSH(# Makes this shell use a Python environment. For csh and tcsh:
#
#     source bin/activate.csh
#
# `deactivate` undoes it.

alias deactivate ')CSH"
    R"CSH(test $?_OLD_VIRTUAL_PATH = 1 && setenv PATH "$_OLD_VIRTUAL_PATH" && unset _OLD_VIRTUAL_PATH; )CSH"
    R"CSH(test $?_OLD_VIRTUAL_PYTHONHOME = 1 && setenv PYTHONHOME "$_OLD_VIRTUAL_PYTHONHOME" )CSH"
    R"CSH(&& unset _OLD_VIRTUAL_PYTHONHOME; )CSH"
    R"CSH(test $?_OLD_VIRTUAL_PROMPT = 1 && set prompt = "$_OLD_VIRTUAL_PROMPT" && unset _OLD_VIRTUAL_PROMPT; )CSH"
    R"CSH(unsetenv VIRTUAL_ENV; )CSH"
    R"CSH(unsetenv VIRTUAL_ENV_PROMPT; )CSH"
    R"CSH(rehash; )CSH"
    R"CSH(test "\!:*" != nondestructive && unalias pydoc && unalias deactivate')CSH"
    R"CSH(

# Another environment may be active: leave that one first.
deactivate nondestructive

@LOCATE@
setenv VIRTUAL_ENV_PROMPT @PROMPT@

set _OLD_VIRTUAL_PATH = "$PATH"
setenv PATH "${VIRTUAL_ENV}/bin:${PATH}"

if ( $?PYTHONHOME ) then
    set _OLD_VIRTUAL_PYTHONHOME = "$PYTHONHOME"
    unsetenv PYTHONHOME
endif

# A shell that is not interactive has no prompt.
if ( $?prompt && ! $?VIRTUAL_ENV_DISABLE_PROMPT ) then
    set _OLD_VIRTUAL_PROMPT = "$prompt:q"
    set prompt = "($VIRTUAL_ENV_PROMPT:q) $prompt:q"
endif

alias pydoc python -m pydoc

rehash
)CSH";

}  // namespace python::templates
