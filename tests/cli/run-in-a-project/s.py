# /// script
# requires-python = ">=3.8"
# dependencies = []
# ///
print("a script needs no project")
