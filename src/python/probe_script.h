// The script that probes run. Works on Python 3.6 and later, of any implementation, and imports as
// little as it can: the time it takes is most of the time of a first run.
#pragma once

#include <string_view>

namespace python {

// Printed before the JSON, so that what start-up files print is told apart.
inline constexpr std::string_view kProbeMark = "\nadder-probe-2:";

inline constexpr std::string_view kProbeScript = R"PY(
import sys

if sys.version_info[:2] < (3, 6):
    sys.exit("too old")

import os, site


def needs_site():
    # Before 3.14 site gives an environment its prefix, before 3.10 a .pth may replace distutils, and
    # implementations other than CPython are free to do more there.
    if sys.implementation.name != "cpython" or sys.version_info[:2] < (3, 10):
        return True
    home = os.path.dirname(os.path.abspath(sys.executable or os.curdir))
    for directory in (home, os.path.dirname(home)):
        if os.path.exists(os.path.join(directory, "pyvenv.cfg")):
            return True
    # Homebrew and Nix correct paths in a sitecustomize.
    for directory in sys.path + site.getsitepackages():
        for name in ("sitecustomize", "sitecustomize.py", "sitecustomize.pyc"):
            if os.path.exists(os.path.join(directory, name)):
                return True
    return False


if needs_site():
    site.main()

import sysconfig


def to_json(value):
    # Importing json costs more than everything below.
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + "".join(map(to_json_character, value)) + '"'
    if isinstance(value, dict):
        return "{" + ",".join(to_json(k) + ":" + to_json(v) for k, v in value.items()) + "}"
    return "[" + ",".join(map(to_json, value)) + "]"


def to_json_character(character):
    code = ord(character)
    if 32 <= code < 127 and character not in '"\\':
        return character
    if code < 0x10000:
        return "\\u%04x" % code
    code -= 0x10000
    return "\\u%04x\\u%04x" % (0xD800 + (code >> 10), 0xDC00 + (code & 0x3FF))


class Platform:
    # What the module `platform` tells, without the patterns that it compiles to find it out.
    if sys.implementation.name == "cpython" and sys.platform in ("linux", "darwin"):
        system, _, release, version, machine = os.uname()
        python_implementation = "CPython"
        python_version = sys.version.split()[0]
    else:
        import platform
        system, release, version = platform.system(), platform.release(), platform.version()
        machine = platform.machine()
        python_implementation = platform.python_implementation()
        python_version = platform.python_version()


def scheme_paths():
    paths = sysconfig.get_paths()
    keys = ("purelib", "platlib", "scripts", "data")
    found = {key: paths.get(key, "") for key in keys}
    found["include"] = paths.get("include", "")
    if sys.version_info[:2] < (3, 10):
        # Distributions patched distutils, not sysconfig, in those days.
        try:
            from distutils.dist import Distribution
            install = Distribution({"name": "x"}).get_command_obj("install", create=True)
            install.finalize_options()
            for key in keys:
                found[key] = getattr(install, "install_" + key)
            found["include"] = os.path.dirname(install.install_headers)
        except Exception:
            pass
    return found


def venv_paths():
    names = sysconfig.get_scheme_names()
    scheme = next((n for n in ("venv", "posix_prefix") if n in names), None)
    if os.name == "nt":
        scheme = "nt"
    root = os.sep + "root"
    values = dict.fromkeys(("base", "platbase", "installed_base", "installed_platbase"), root)
    paths = sysconfig.get_paths(scheme, vars=values)
    relative = {}
    for key in ("purelib", "platlib", "scripts"):
        relative[key] = paths[key][len(root) + 1:]
    return relative


def c_library():
    if sys.platform != "linux":
        return ["none", 0, 0]
    try:
        version = os.confstr("CS_GNU_LIBC_VERSION").split()[1].split(".")
        return ["gnu", int(version[0]), int(version[1])]
    except (AttributeError, ValueError, OSError, IndexError):
        pass
    try:
        import re, subprocess
        with open(sys.executable, "rb") as file:
            loader = re.search(rb"/lib\S*/ld-musl-[^\0]+", file.read(1 << 16)).group()
        text = subprocess.run([loader], stderr=subprocess.PIPE).stderr.decode()
        version = re.search(r"Version (\d+)\.(\d+)", text)
        return ["musl", int(version.group(1)), int(version.group(2))]
    except Exception:
        return ["", 0, 0]


def platform_version():
    if sys.platform != "darwin":
        return [0, 0]
    import platform
    parts = (platform.mac_ver()[0] + ".0").split(".")
    return [int(parts[0]), int(parts[1])]


def base_executable():
    # Before 3.11 an environment's Python names itself here.
    base = getattr(sys, "_base_executable", None) or sys.executable
    if sys.prefix == sys.base_prefix or base != sys.executable:
        return base
    for home in (os.path.dirname(os.path.realpath(base)), os.path.join(sys.base_prefix, "bin")):
        for name in ("python%d.%d" % sys.version_info[:2], "python3", "python"):
            path = os.path.join(home, name)
            if os.access(path, os.X_OK):
                return path
    return base


def externally_managed():
    # PEP 668
    if sys.prefix != sys.base_prefix:
        return None
    path = os.path.join(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED")
    if not os.path.isfile(path):
        return None
    try:
        import configparser
        parser = configparser.ConfigParser(interpolation=None)
        parser.read([path], encoding="utf-8")
        return parser.get("externally-managed", "Error", fallback="")
    except Exception:
        return ""


def version_text(info):
    text = "%d.%d.%d" % info[:3]
    letter = {"alpha": "a", "beta": "b", "candidate": "rc"}.get(info[3])
    return text + letter + str(info[4]) if letter else text


def full_version():
    text = Platform.python_version
    return text[:-1] if text.endswith("+") else text


implementation = sys.implementation
own_version = getattr(sys, "pypy_version_info", implementation.version)
sys.stdout.write("\nadder-probe-2:" + to_json({
    "executable": sys.executable,
    "base_executable": base_executable(),
    "prefix": sys.prefix,
    "base_prefix": sys.base_prefix,
    "stdlib": sysconfig.get_path("stdlib"),
    "os_name": os.name,
    "sys_platform": sys.platform,
    "platform_machine": Platform.machine,
    "platform_python_implementation": Platform.python_implementation,
    "platform_release": Platform.release,
    "platform_system": Platform.system,
    "platform_version": Platform.version,
    "python_version": "%d.%d" % sys.version_info[:2],
    "python_full_version": full_version(),
    "implementation_name": implementation.name,
    "implementation_version": version_text(tuple(implementation.version)),
    "own_version": list(own_version[:2]),
    "python": list(sys.version_info[:2]),
    "soabi": sysconfig.get_config_var("SOABI") or "",
    "platform": sysconfig.get_platform(),
    "platform_numbers": platform_version(),
    "libc": c_library(),
    "gil_disabled": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "debug": bool(sysconfig.get_config_var("Py_DEBUG")),
    "pointer_size": 8 if sys.maxsize > 2**32 else 4,
    "paths": scheme_paths(),
    "venv": venv_paths(),
    "externally_managed": externally_managed(),
}) + "\n")
)PY";

}  // namespace python
