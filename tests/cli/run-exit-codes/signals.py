"""There is no parent between the program and whoever started adder: a signal is seen as a signal."""
import subprocess

done = subprocess.run(["adder", "run", "python", "-c", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"])
print(done.returncode)
