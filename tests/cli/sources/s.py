# /// script
# dependencies = ["hello"]
# [tool.uv.sources]
# hello = { index = "extra" }
# [[tool.uv.index]]
# name = "extra"
# url = "EXTRA"
# explicit = true
# ///
import hello
hello.main()
