# /// script
# dependencies = ["greeting"]
# [tool.uv]
# exclude-newer = "2022-01-01T00:00:00Z"
# constraint-dependencies = ["greeting<2"]
# ///
import greeting
print(greeting.__version__)
