# /// script
# dependencies = ["a b c"]
# ///
