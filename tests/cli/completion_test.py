#!/usr/bin/env python3
"""Asks real shells to complete command lines with the scripts that adder makes for them. A shell that is not installed is skipped.

usage: completion_test.py --bin PATH
"""
import argparse
import os
import pathlib
import pty
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

DEADLINE_S = 60.0



def listed_commands(binary):
    """Those that the help page of `cache` lists."""
    page = subprocess.run([binary, "cache", "--help"], check=True, capture_output=True, text=True).stdout
    lines = page.split("\nCommands:\n", 1)[1].split("\n\n", 1)[0].splitlines()
    return sorted(line.split()[0] for line in lines if line.startswith("  ") and line[2] != " ")


# A line and what may stand at its end. Options are left out unless one has been begun.
EXPECTED = [
    ("adder ru", ["run"]),
    ("adder cache ", listed_commands),
    ("adder cache clear --dr", ["--dry-run"]),
    ("adder venv --link-mode ", ["clone", "copy", "hardlink", "symlink"]),
    ("adder venv --link-mode=h", ["hardlink"]),
    ("adder venv --no-c", ["--no-cache", "--no-config"]),  # and not the hidden --no-clear
    ("adder --color never ca", ["cache"]),
    ("adder run --env-file se", ["settings.env"]),
    ("adder venv --cache-dir s", ["sub"]),
    ("adder run -p x --index-strategy f", ["first-index"]),
    ("adder help ve", ["venv"]),
    ("adder generate-shell-completion z", ["zsh"]),
    ("adder run printf --no-c", []),  # the words of a program are not ours
    ("adderx --prerelease di", ["disallow"]),
    ("adderx --fr", ["--from"]),
]


class Terminal:
    """An interactive program on a terminal of its own."""

    def __init__(self, arguments, directory, environment):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(directory)
            os.execvpe(arguments[0], arguments, environment)
        self.seen = b""

    def expect(self, text):
        end = time.monotonic() + DEADLINE_S
        while text.encode() not in self.seen:
            if not select.select([self.fd], [], [], max(0.0, end - time.monotonic()))[0]:
                raise AssertionError(f"`{text}` did not come, but {self.seen!r}")
            try:
                self.seen += os.read(self.fd, 65536)
            except OSError:
                raise AssertionError(f"it ended after {self.seen!r}") from None
        self.seen = self.seen.split(text.encode(), 1)[1]

    def send(self, text):
        os.write(self.fd, text.encode())

    def drain(self):
        """Reads what is there: a shell that cannot write goes no further."""
        if select.select([self.fd], [], [], 0.01)[0]:
            self.seen += os.read(self.fd, 65536)

    def close(self):
        os.close(self.fd)
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)


class ShellTestCase:
    """What is the same for all shells: `answer` gives the words that are offered for a line."""

    binary = None
    shell = None

    def setUp(self):
        if shutil.which(self.shell) is None:
            self.skipTest(f"{self.shell} is not installed")
        directory = tempfile.TemporaryDirectory(prefix="completion-")
        self.addCleanup(directory.cleanup)
        self.work = pathlib.Path(directory.name)
        for name in ("bin", "home", "sub"):
            (self.work / name).mkdir()
        (self.work / "settings.env").touch()
        for name in ("adder", "adderx"):
            (self.work / "bin" / name).symlink_to(self.binary)
        self.environment = {
            "PATH": f"{self.work}/bin:/usr/bin:/bin", "HOME": f"{self.work}/home", "TERM": "xterm", "INPUTRC": "/dev/null", "LC_ALL": "C.UTF-8",
            "XDG_CONFIG_HOME": f"{self.work}/home", "OUT": f"{self.work}/out", "COLUMNS": "200",
        }
        for option, program in (("generate-shell-completion", "adder"), ("--generate-shell-completion", "adderx")):
            script = subprocess.run([self.work / "bin" / program, option, self.shell], check=True, capture_output=True, text=True, env=self.environment).stdout
            (self.work / f"_{program}").write_text(script)

    def test_answers(self):
        self.start()
        for line, expected in EXPECTED:
            with self.subTest(line=line):
                if callable(expected):
                    expected = expected(self.binary)
                self.assertEqual(sorted({self.bare(word) for word in self.answer(line)}), expected)

    def bare(self, word):
        """`--option=choice` is the choice, a directory has no slash, an option no `=` that waits for a value."""
        word = word.rstrip("/").removesuffix("=")
        return word.split("=", 1)[1] if word.startswith("--") and "=" in word else word

    def terminal(self, *arguments):
        terminal = Terminal([self.shell, *arguments], self.work, {**self.environment, "PS1": "READY> "})
        self.addCleanup(terminal.close)
        return terminal

    def wait_for_output(self):
        end = time.monotonic() + DEADLINE_S
        output = self.work / "out"
        while not output.exists():
            self.assertLess(time.monotonic(), end, "no answer")
            self.shell_terminal.drain()
        text = output.read_text()
        output.unlink()
        return text.splitlines()

    def start(self):
        raise NotImplementedError

    def answer(self, line):
        raise NotImplementedError


class Bash(ShellTestCase, unittest.TestCase):
    shell = "bash"

    def start(self):
        self.shell_terminal = self.terminal("--norc", "--noprofile", "-i")
        self.shell_terminal.expect("READY> ")
        # The programs are replaced by functions that write down their words.
        record = '{ printf "%s\\n" "$@" > "$OUT.new"; mv "$OUT.new" "$OUT"; }'
        self.shell_terminal.send(f"source _adder; source _adderx; adder() {record}; adderx() {record}; echo LOA''DED\n")
        self.shell_terminal.expect("LOADED")
        self.shell_terminal.expect("READY> ")

    def answer(self, line):
        # Meta-* puts all completions into the line (readline's insert-completions).
        self.shell_terminal.send(f"{line}\x1b*\n")
        words = line.split()[1:]
        typed = words if line.endswith(" ") else words[:-1]
        found = self.wait_for_output()
        self.shell_terminal.expect("READY> ")
        return [word for word in found[len(typed):] if line.endswith(" ") or word != words[-1]]


class Zsh(ShellTestCase, unittest.TestCase):
    shell = "zsh"

    def start(self):
        (self.work / "prepare").write_text('''
autoload -Uz compinit && compinit -u -D
source ./_adder
source ./_adderx
compadd() {
    # Calls that only fill arrays of the completion system are none of our business.
    if [[ " $* " == *' -'[AOD]' '* ]]; then builtin compadd "$@"; return; fi
    local -a hits
    builtin compadd -A hits "$@"
    print -rl -- $hits >> $OUT.new
    builtin compadd "$@"
}
zle -C offer complete-word _main_complete
ask() {
    : > $OUT.new
    zle offer
    mv $OUT.new $OUT
    BUFFER=
}
zle -N ask
bindkey '^X' ask
''')
        self.shell_terminal = self.terminal("-f", "-i")
        self.shell_terminal.expect("READY> ")
        self.shell_terminal.send("source ./prepare; echo LOA''DED\n")
        self.shell_terminal.expect("LOADED")
        self.shell_terminal.expect("READY> ")

    def answer(self, line):
        self.shell_terminal.send(f"{line}\x18")
        return [word for word in self.wait_for_output() if word]


class Fish(ShellTestCase, unittest.TestCase):
    shell = "fish"

    def start(self):
        pass

    def answer(self, line):
        script = f"source _adder; source _adderx; complete -C '{line}'"
        done = subprocess.run(["fish", "--no-config", "-c", script], cwd=self.work, env=self.environment, capture_output=True, text=True, timeout=DEADLINE_S)
        self.assertEqual(done.stderr, "")
        return [word.split("\t")[0] for word in done.stdout.splitlines()]


class Elvish(ShellTestCase, unittest.TestCase):
    """Its completers are functions, which give strings and candidates with a stem."""

    shell = "elvish"

    def start(self):
        (self.work / "prepare.elv").write_text('''
use str
eval (slurp < _adder)
eval (slurp < _adderx)
fn ask {|@words|
    var out = (get-env OUT)
    $edit:completion:arg-completer[$words[0]] $@words | each {|found|
        var word = (if (eq (kind-of $found) string) { put $found } else { put $found[stem] })
        if (str:has-prefix $word $words[-1]) { echo $word }
    } > $out.new
    e:mv $out.new $out
}
''')
        self.shell_terminal = self.terminal("-rc", "prepare.elv")

    def answer(self, line):
        # Without a blank before it the last word is the one to complete, else an empty one.
        words = line.split() + ([""] if line.endswith(" ") else [])
        self.shell_terminal.send("ask " + " ".join(f"'{word}'" for word in words) + "\r")
        return self.wait_for_output()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    arguments, rest = parser.parse_known_args()
    ShellTestCase.binary = os.path.abspath(arguments.bin)
    unittest.main(argv=[sys.argv[0], "-v", *rest])


if __name__ == "__main__":
    main()
