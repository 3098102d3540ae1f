#include "python/activator_templates.h"

namespace python::templates {

const std::string_view kNushell = R"NU(# Makes this shell use a Python environment. For Nushell:
#
#     overlay use bin/activate.nu
#
# `deactivate` undoes it.

@LOCATE@

export-env {
    let environment = $virtual_root
    let name = @PROMPT@
    let path_name = (if 'Path' in $env { 'Path' } else { 'PATH' })
    let old_path = ($env | get $path_name)
    let is_text = (($old_path | describe) == 'string')
    let directories = (if $is_text { $old_path | split row (char esep) } else { $old_path })

    load-env {
        VIRTUAL_ENV: $environment
        VIRTUAL_ENV_PROMPT: $name
        $path_name: ($directories | prepend ($environment | path join 'bin'))
    }

    if ($env.VIRTUAL_ENV_DISABLE_PROMPT? | is-empty) {
        let old_prompt = $env.PROMPT_COMMAND?
        $env.PROMPT_COMMAND = {||
            let kind = ($old_prompt | describe)
            let shown = (if $kind == 'closure' {
                do $old_prompt
            } else if $kind == 'nothing' {
                ''
            } else {
                $old_prompt | into string
            })
            '(' + $name + ') ' + $shown
        }
    }
}

export alias pydoc = python -m pydoc
export alias deactivate = overlay hide activate
)NU";

const std::string_view kPowerShell =
    R"PS(# Makes this session use a Python environment. For PowerShell:
#
#     . bin/activate.ps1
#
# `deactivate` undoes it.

function global:deactivate([switch] $NonDestructive) {
    if (Test-Path Variable:global:_OLD_VIRTUAL_PATH) {
        $Env:PATH = $global:_OLD_VIRTUAL_PATH
        Remove-Variable -Name _OLD_VIRTUAL_PATH -Scope Global
    }
    if (Test-Path Variable:global:_OLD_VIRTUAL_PYTHONHOME) {
        $Env:PYTHONHOME = $global:_OLD_VIRTUAL_PYTHONHOME
        Remove-Variable -Name _OLD_VIRTUAL_PYTHONHOME -Scope Global
    }
    if (Test-Path Function:_OLD_VIRTUAL_PROMPT) {
        $Function:prompt = $Function:_OLD_VIRTUAL_PROMPT
        Remove-Item Function:_OLD_VIRTUAL_PROMPT
    }
    Remove-Item Env:VIRTUAL_ENV -ErrorAction SilentlyContinue
    Remove-Item Env:VIRTUAL_ENV_PROMPT -ErrorAction SilentlyContinue
    if (-not $NonDestructive) {
        Remove-Item Function:pydoc -ErrorAction SilentlyContinue
        Remove-Item Function:deactivate
    }
}

# Another environment may be active: leave that one first.
deactivate -NonDestructive

@LOCATE@
$Env:VIRTUAL_ENV_PROMPT = @PROMPT@

$global:_OLD_VIRTUAL_PATH = $Env:PATH
$Env:PATH = (Join-Path $Env:VIRTUAL_ENV 'bin') + [System.IO.Path]::PathSeparator + $Env:PATH

if (Test-Path Env:PYTHONHOME) {
    $global:_OLD_VIRTUAL_PYTHONHOME = $Env:PYTHONHOME
    Remove-Item Env:PYTHONHOME
}

if (-not $Env:VIRTUAL_ENV_DISABLE_PROMPT) {
    $Function:global:_OLD_VIRTUAL_PROMPT = $Function:prompt
    function global:prompt {
        "($Env:VIRTUAL_ENV_PROMPT) " + (_OLD_VIRTUAL_PROMPT)
    }
}

function global:pydoc {
    python -m pydoc $args
}
)PS";

const std::string_view kPowerShellLocate =
    R"PS($Env:VIRTUAL_ENV = Split-Path -Parent (Split-Path -Parent $PSCommandPath))PS";

const std::string_view kXonsh = R"XSH("""Makes this shell use a Python environment. For xonsh:

    source bin/activate.xsh

`deactivate` undoes it.
"""
import os as _virtual_os


def _virtual_deactivate(args=None):
    if "_OLD_VIRTUAL_PATH" in ${...}:
        $PATH = $_OLD_VIRTUAL_PATH
        del $_OLD_VIRTUAL_PATH
    if "_OLD_VIRTUAL_PYTHONHOME" in ${...}:
        $PYTHONHOME = $_OLD_VIRTUAL_PYTHONHOME
        del $_OLD_VIRTUAL_PYTHONHOME
    for name in ("VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT"):
        if name in ${...}:
            del ${name}
    if args != ["nondestructive"]:
        aliases.pop("pydoc", None)
        aliases.pop("deactivate", None)


# Another environment may be active: leave that one first.
_virtual_deactivate(["nondestructive"])

@LOCATE@
$VIRTUAL_ENV_PROMPT = @PROMPT@

$_OLD_VIRTUAL_PATH = list($PATH)
$PATH.insert(0, _virtual_os.path.join($VIRTUAL_ENV, "bin"))

if "PYTHONHOME" in ${...}:
    $_OLD_VIRTUAL_PYTHONHOME = $PYTHONHOME
    del $PYTHONHOME

aliases["pydoc"] = ["python", "-m", "pydoc"]
aliases["deactivate"] = _virtual_deactivate
)XSH";

const std::string_view kXonshLocate =
    R"XSH($VIRTUAL_ENV = _virtual_os.path.dirname(_virtual_os.path.dirname(_virtual_os.path.abspath(__file__))))XSH";

const std::string_view kBatch = R"BAT(@echo off
rem Makes this command prompt use a Python environment. `deactivate` undoes it.

if defined _OLD_VIRTUAL_PATH call "%~dp0deactivate.bat"

for %%i in ("%~dp0..") do set "VIRTUAL_ENV=%%~fi"
set "VIRTUAL_ENV_PROMPT=@PROMPT@"
if not defined VIRTUAL_ENV_PROMPT for %%i in ("%VIRTUAL_ENV%") do set "VIRTUAL_ENV_PROMPT=%%~nxi"

set "_OLD_VIRTUAL_PATH=%PATH%"
set "PATH=%~dp0;%PATH%"

if defined PYTHONHOME set "_OLD_VIRTUAL_PYTHONHOME=%PYTHONHOME%"
set PYTHONHOME=

if defined VIRTUAL_ENV_DISABLE_PROMPT goto end
if not defined PROMPT set "PROMPT=$P$G"
set "_OLD_VIRTUAL_PROMPT=%PROMPT%"
set "PROMPT=(%VIRTUAL_ENV_PROMPT%) %PROMPT%"

:end
)BAT";

const std::string_view kBatchDeactivate = R"BAT(@echo off
rem Undoes activate.bat.

if defined _OLD_VIRTUAL_PATH set "PATH=%_OLD_VIRTUAL_PATH%"
if defined _OLD_VIRTUAL_PYTHONHOME set "PYTHONHOME=%_OLD_VIRTUAL_PYTHONHOME%"
if defined _OLD_VIRTUAL_PROMPT set "PROMPT=%_OLD_VIRTUAL_PROMPT%"
set _OLD_VIRTUAL_PATH=
set _OLD_VIRTUAL_PYTHONHOME=
set _OLD_VIRTUAL_PROMPT=
set VIRTUAL_ENV=
set VIRTUAL_ENV_PROMPT=
)BAT";

const std::string_view kBatchPydoc = "@python.exe -m pydoc %*\n";

const std::string_view kPython = R"PY("""Makes the running Python use this environment:

    path = ".../bin/activate_this.py"
    exec(compile(open(path).read(), path, "exec"), {"__file__": path})

Its packages come first, programs it starts find the environment's. For an interpreter that cannot be
started from the environment, such as one inside a server.
"""
import os
import site
import sys

_bin = os.path.dirname(os.path.abspath(__file__))
_root = os.path.dirname(_bin)

os.environ["VIRTUAL_ENV"] = _root
os.environ["VIRTUAL_ENV_PROMPT"] = @PROMPT@
os.environ["PATH"] = os.pathsep.join([_bin] + os.environ.get("PATH", os.defpath).split(os.pathsep))

_count = len(sys.path)
site.addsitedir(os.path.realpath(os.path.join(_bin, @SITE_PACKAGES@)))
sys.path[:] = sys.path[_count:] + sys.path[:_count]

sys.real_prefix = sys.prefix
sys.prefix = _root
)PY";

const std::string_view kDistutilsGuard = R"PY("""Keeps distutils inside this environment.

A distutils configuration file of the user or the system may name directories to install to. In an
environment they would send packages elsewhere, so they are dropped as soon as such files were read.
"""
import sys

from _thread import _local

_GUARDED = ("distutils.dist", "setuptools.dist")
_DIRECTIONS = (
    "prefix",
    "install_purelib",
    "install_platlib",
    "install_headers",
    "install_scripts",
    "install_data",
)


def _guard(distribution):
    read_files = distribution.parse_config_files

    def parse_config_files(self, *args, **kwargs):
        result = read_files(self, *args, **kwargs)
        options = self.get_option_dict("install")
        for name in _DIRECTIONS:
            options.pop(name, None)
        return result

    distribution.parse_config_files = parse_config_files


class _Finder(object):
    """Stands before the real finders and guards the modules they find."""

    def __init__(self):
        self.state = _local()

    def find_spec(self, name, path, target=None):
        if name not in _GUARDED or getattr(self.state, "is_busy", False):
            return None
        from importlib.util import find_spec

        self.state.is_busy = True
        try:
            spec = find_spec(name)
        finally:
            self.state.is_busy = False
        loader = getattr(spec, "loader", None)
        if not hasattr(loader, "exec_module"):
            return spec
        execute = loader.exec_module

        def exec_module(module):
            execute(module)
            _guard(module.Distribution)

        try:
            loader.exec_module = exec_module
        except AttributeError:
            pass
        return spec


sys.meta_path.insert(0, _Finder())
)PY";

}  // namespace python::templates
