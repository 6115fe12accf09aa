# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The bench of the XMPP tests: real servers in a network that belongs to the test file alone, a
# proxy with faults before each, and clients by slixmpp. See bench.py.
