# /// script
# requires-python = ">=3.8"
# dependencies = ["hello"]
# ///
import hello
hello.main()
