# /// script
# requires-python = ">=3.8"
# dependencies = ["hello==1.0.0"]
# ///
import hello
hello.main()
