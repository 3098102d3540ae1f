"""Wheels made on the spot, the same bytes each time: the packages that golden and differential tests install."""
import base64
import hashlib
import io
import zipfile

EPOCH = (2024, 1, 1, 0, 0, 0)


def digest(data):
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def wheel(name, version, *, requires=(), requires_python=None, extras=(), files=None, entry_points=None, tag="py3-none-any", scripts=None,
          data=None, executables=(), record=True, dist_info=None, change=None):
    """(file name, bytes). `files` maps paths to text or bytes, `data` paths below .data/; `executables` are packed with mode 0755.
    `change(members)` may damage the list before it is packed."""
    module = name.replace("-", "_")
    members = {f"{module}/__init__.py": f'__version__ = "{version}"\n'} if files is None else dict(files)
    info = dist_info or f"{module}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += f"Requires-Python: {requires_python}\n" if requires_python else ""
    metadata += "".join(f"Provides-Extra: {extra}\n" for extra in extras)
    metadata += "".join(f"Requires-Dist: {requirement}\n" for requirement in requires)
    pure = "true" if tag.endswith("none-any") else "false"
    members[f"{info}/METADATA"] = metadata
    members[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: adder-tests\nRoot-Is-Purelib: {pure}\nTag: {tag}\n"
    if entry_points:
        members[f"{info}/entry_points.txt"] = "[console_scripts]\n" + "".join(f"{k} = {v}\n" for k, v in entry_points.items())
    for script, text in (scripts or {}).items():
        members[f"{module}-{version}.data/scripts/{script}"] = text
    members.update({f"{module}-{version}.data/{path}": text for path, text in (data or {}).items()})
    members = {path: text.encode() if isinstance(text, str) else text for path, text in members.items()}
    if record:
        lines = [f"{path},{digest(data)},{len(data)}" for path, data in members.items()]
        members[f"{info}/RECORD"] = ("\n".join(lines) + f"\n{info}/RECORD,,\n").encode()
    if change:
        members = change(members) or members
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in members.items():
            entry = zipfile.ZipInfo(path, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if ".data/scripts/" in path or path in executables else 0o100644) << 16
            archive.writestr(entry, data)
    return f"{module}-{version}-{tag}.whl", buffer.getvalue()


# Creates `ready`, waits for `go`, then imports what it has not imported yet and reads a data file: it works only if
# nothing of its environment has been taken away.
LAZY = '''import os, sys, time

def wait_for(path):
    while not os.path.exists(path):
        time.sleep(0.01)

def main():
    ready, go = sys.argv[1], sys.argv[2]
    open(ready + ".tmp", "w").write(str(os.getpid()))
    os.rename(ready + ".tmp", ready)
    wait_for(go)
    import lazy_server.late
    import importlib
    helper = importlib.import_module("lazy_helper")
    data = open(os.path.join(os.path.dirname(lazy_server.late.__file__), "data.txt")).read()
    print("late:", lazy_server.late.VALUE, helper.__version__, data.strip())
'''


def catalogue():
    """All packages of the test index: [(project, file name, bytes, details)]."""
    made = []

    def add(project, *args, yanked=None, upload="2024-03-24T00:00:00Z", **kwargs):
        file_name, data = wheel(project, *args, **kwargs)
        made.append({"project": project, "file": file_name, "data": data, "yanked": yanked, "upload": upload, "requires_python": kwargs.get("requires_python")})

    hello = 'def main():\n    import sys\n    print("hello from", "{name}", "{version}", *sys.argv[1:])\n'
    for version in ("1.0.0", "1.1.0", "2.0.0"):
        add("hello", version, requires=["greeting>=1"], files={"hello/__init__.py": hello.format(name="hello", version=version)},
            entry_points={"hello": "hello:main", "hello-again": "hello:main"})
    add("hello", "3.0.0a1", files={"hello/__init__.py": hello.format(name="hello", version="3.0.0a1")}, entry_points={"hello": "hello:main"})
    add("hello", "2.5.0", yanked="broken on Tuesdays", files={"hello/__init__.py": ""}, entry_points={"hello": "hello:main"})
    for version in ("1.0", "1.5", "2.0"):
        add("greeting", version, upload=f"202{version[0]}-0{version[2] if version[2] != '0' else '1'}-01T00:00:00Z")
    add("otherwise", "1.0", entry_points={"differently-named": "otherwise:main"}, files={"otherwise/__init__.py": 'def main():\n    print("other")\n'})
    add("front", "1.0", requires=["hello<2"])
    add("quiet-lib", "1.0")
    add("extra-lib", "1.0", requires=["quiet-lib ; extra == 'more'"], extras=["more"])
    add("needs-old", "1.0", requires=["greeting<1.5"])
    add("needs-new", "1.0", requires=["greeting>=2"])
    add("for-windows", "1.0", tag="cp311-cp311-win_amd64")
    add("future", "1.0", requires_python=">=4")
    add("lazy-helper", "1.0")
    add("lazy-server", "1.0", requires=["lazy-helper"], entry_points={"lazy-server": "lazy_server:main"},
        files={"lazy_server/__init__.py": LAZY, "lazy_server/late.py": "VALUE = 42\n", "lazy_server/data.txt": "payload\n"})
    add("old-script", "1.0", scripts={"old-script": '#!python\nimport sys\nprint("old", sys.argv[1:])\n'}, files={"old_script.py": ""})

    add("all-schemes", "1.0", files={"all_schemes/__init__.py": "", "all_schemes/tool.sh": "#!/bin/sh\n", "all_schemes/dir/empty.txt": ""}, executables=("all_schemes/tool.sh",),
        data={"purelib/all_schemes_pure.py": "PURE = 1\n", "platlib/all_schemes_plat.py": "PLAT = 1\n", "data/share/all-schemes/data.txt": "data\n",
              "data/etc/all-schemes.conf": "", "headers/all_schemes.h": "#define A 1\n"},
        scripts={"all-schemes-sh": "#!/bin/sh\necho sh\n", "all-schemes-py": "#!pythonw\nprint('py')\n"}, entry_points={"all-schemes": "all_schemes:main"})
    add("for-linux", "1.0", tag="cp38-abi3-manylinux_2_17_x86_64", files={"for_linux/__init__.py": "KIND = 'linux'\n"})
    add("for-linux", "1.0", files={"for_linux/__init__.py": "KIND = 'any'\n"})
    add("path-file", "1.0", files={"path_file.pth": "path_file_lib\n", "path_file_lib/found_by_pth.py": "FOUND = True\n"})
    add("space-one", "1.0", files={"space/one.py": ""})
    add("space-two", "1.0", files={"space/two.py": ""})
    add("marked", "1.0", requires=["quiet-lib ; sys_platform == 'linux'", "for-windows ; sys_platform == 'win32'", "greeting<2 ; python_version < '3.12'", "greeting>=2 ; python_version >= '3.12'"])
    add("only-pre", "1.0a1")
    add("only-pre", "1.0b2")
    add("Mixed.Case_Name", "1.0", dist_info="mixed_case_name-1.0.dist-info", files={"mixed_case_name.py": ""})
    add("old-python", "2.0", requires_python=">=3.12")
    add("old-python", "1.0", requires_python=">=3.8")
    add("local-part", "1.0")
    add("local-part", "1.0+cpu")
    add("exits", "1.0", entry_points={"exits": "exits:main"}, files={"exits.py": "import sys\n\ndef main():\n    return int(sys.argv[1])\n"})

    for seed in ("pip", "setuptools", "wheel"):
        add(seed, "24.0")

    # Wheels that must be refused.
    def escape(members):
        return {"../evil.py": b"", **members}

    def lie(members):
        return {path: (b"changed" if path.endswith("__init__.py") else data) for path, data in members.items()}

    add("hostile-escape", "1.0", change=escape)
    add("hostile-record", "1.0", change=lie)
    add("hostile-name", "1.0", dist_info="somebody_else-1.0.dist-info")
    add("hostile-python", "1.0", scripts={"python": "#!/bin/sh\necho taken over\n"})
    return made


def source_only():
    """A project that has nothing but a source distribution."""
    return {"project": "source-only", "file": "source_only-1.0.tar.gz", "data": b"not really an archive", "yanked": None, "upload": "2024-03-24T00:00:00Z", "requires_python": None}
