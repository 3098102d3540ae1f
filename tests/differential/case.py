"""One command line that is run through both tools, and short ways to write the files it needs."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Case:
    """`script` is bash; in it `uv` and `uvx` are the tool, $PROBE the path of probe.py, $INDEX the base of the index,
    $REFERENCE always the real uv, $PY311 and the like the interpreters of this machine."""

    name: str
    script: str
    files: dict = dataclasses.field(default_factory=dict)
    variables: dict = dataclasses.field(default_factory=dict)
    # Minor versions ("3.12") without which the case is skipped.
    needs: tuple = ()
    # Every Python of the machine on PATH, newest first, instead of only the one the tests use.
    all_pythons: bool = False


RUN_PROBE = "import os\nexec(compile(open(os.environ['PROBE']).read(), 'probe', 'exec'))\n"


def script(*dependencies, python=None, settings="", body=RUN_PROBE):
    """The text of a PEP 723 script."""
    lines = [f'requires-python = "{python}"'] if python else []
    lines.append("dependencies = [" + ", ".join(f'"{dependency}"' for dependency in dependencies) + "]")
    lines += settings.splitlines()
    return "# /// script\n" + "".join(f"# {line}".rstrip() + "\n" for line in lines) + "# ///\n" + body
