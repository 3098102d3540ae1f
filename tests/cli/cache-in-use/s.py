# /// script
# requires-python = ">=3.8"
# dependencies = ["lazy-server"]
# ///
import lazy_server
lazy_server.main()
