# /// script
# requires-python = ">=3.8"
# dependencies = ["greeting"]
# ///
import greeting
print(greeting.__version__)
