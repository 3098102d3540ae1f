# /// script
# dependencies = ["greeting"]
# [tool.uv.sources]
# greeting = { git = "https://example.org/x" }
# ///
import greeting
print(greeting.__version__)
