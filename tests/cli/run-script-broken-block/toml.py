# /// script
# dependencies = ["six"
# ///
