#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# An XMPP server for tests that are none of run's: Prosody for one host, of a certificate authority
# that is made for it, with accounts that have each other in their contact lists.
#
#     serve.py FOLDER HOST ADDRESS USER=PASSWORD...
#
# Prints the path of the authority's certificate when it listens, and stops at the end of its input.

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), 'integration')]

from xmpptest.certificates import Authority  # noqa: E402
from xmpptest.prosody import Prosody  # noqa: E402


def main(folder, host, address, *accounts):
    hosts = folder + '/hosts'
    with open(hosts, 'w', encoding='ascii') as file:
        file.write('%s %s\n' % (address, host))
    authority = Authority(folder + '/certificates')
    server = Prosody(folder + '/server', host, address, authority, hosts)
    users = dict(account.split('=', 1) for account in accounts)
    for user, password in users.items():
        server.add_account(user, password)
        server.set_roster(user, {'%s@%s' % (other, host): 'both'
                                 for other in users if other != user})
    server.start()
    try:
        print(authority.certificate, flush=True)
        sys.stdin.read()
    finally:
        server.stop()


main(*sys.argv[1:])
