# /// script
# ///

# /// script
# ///
