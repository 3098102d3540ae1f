# /// script
# requires-python = ">=3.8"
# ///
import sys
print(sys.prefix.startswith(__import__("os").environ["UV_CACHE_DIR"]))
