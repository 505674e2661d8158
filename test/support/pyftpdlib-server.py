"""The pyftpdlib of test/support/pyftpdlib.ts: says on standard output what it hears, answers and believes."""

import logging
import sys

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer

root, address, port, user, password, first, last = sys.argv[1:]
logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, format="%(message)s")


class Handler(FTPHandler):
    authorizer = DummyAuthorizer()
    banner = "pyftpdlib ready."
    auth_failed_timeout = 0
    use_sendfile = False

    def on_file_received(self, file):
        print("received", file, flush=True)

    def on_incomplete_file_received(self, file):
        print("incomplete", file, flush=True)


Handler.authorizer.add_user(user, password, root, perm="elradfmwMT")
if first != "0":
    Handler.passive_ports = range(int(first), int(last) + 1)
FTPServer((address, int(port)), Handler).serve_forever()
