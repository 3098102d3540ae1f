# /// script
# requires-python = ">=3.8"
# dependencies = ["hello"]
# ///
import hello, sys
print(sys.argv)
