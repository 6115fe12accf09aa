# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The table of a session once more, by the same client code: across two XMPP servers.

import os
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'integration'))

import test_states  # noqa: E402
from msgrtest import tap  # noqa: E402
from xmpptest.network import NEAR  # noqa: E402
from xmpptest.pair import Pair  # noqa: E402

WALKS = ': every call'

test_states.Scene = Pair
for state, make in test_states.SCENES.items():
    test_states.SCENES[state] = getattr(Pair, make.__name__)
tap.REGISTRY[:] = [entry for entry in tap.REGISTRY if entry[0].endswith(WALKS)]

# Each is reached by the address that reaches its server, not by that of the machine alone.
test_states.CONNECT.reads = test_states.CONNECT.peer_reads = {'RemoteAddress': NEAR}
