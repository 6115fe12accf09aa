# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What an XMPP test finds. A bench is shared by the tests of a file: the network, the authority, the
# name server, and the servers, each started when a test first asks for it:
#
#     a.test   Prosody    127.0.0.2   clients by way of the proxies at 10.98.0.2
#     b.test   Prosody    127.0.0.3                                     10.98.0.3
#     c.test   ejabberd   127.0.0.4                                     10.98.0.4
#
# All three are federated. The SRV records of a host lead to its proxies. A stage is one test's: it
# makes accounts that no other test has, and leaves the bench as it was.

import itertools
import os

from msgrtest.users import has_network
from msgrtest.world import Skip

from .certificates import Authority
from .dns import NameServer
from .ejabberd import Ejabberd
from .network import NEAR, Network, ip
from .peer import Peer, PeerProcess
from .prosody import Prosody
from .proxy import Loop, Proxy, SilentServer
from .server import need

HOSTS = {'a.test': ('127.0.0.2', '10.98.0.2'), 'b.test': ('127.0.0.3', '10.98.0.3'),
         'c.test': ('127.0.0.4', '10.98.0.4')}


class Site:
    """A host: its server, and the proxies before it (proxy: STARTTLS; tls_proxy: direct TLS)."""

    def __init__(self, bench, host):
        self.bench = bench
        self.host = host
        self.address, self.front = HOSTS[host]
        self.authority = bench.authority
        folder = '%s/%s' % (bench.folder, host)
        if host == 'c.test':
            self.server = Ejabberd(folder, host, self.address, bench.authority)
        else:
            self.server = Prosody(folder, host, self.address, bench.authority, bench.hosts)
        self.server.start()
        self.proxy = Proxy(bench.loop, self.front, 5222, (self.address, 5222))
        self.tls_proxy = Proxy(bench.loop, self.front, 5223, (self.address, 5223))
        self.name()
        self.changed = False

    def name(self):
        """What the name server says of it: STARTTLS by SRV; a fallback without."""
        names = self.bench.names
        names.set_address(self.host, self.front)
        names.set_address('c2s.' + self.host, self.front)
        names.set_address('s2s.' + self.host, self.address)
        names.set_service('_xmpp-client._tcp.' + self.host, (0, 5222, 'c2s.' + self.host))
        names.set_service('_xmpp-server._tcp.' + self.host, (0, 5269, 's2s.' + self.host))
        names.forget('_xmpps-client._tcp.' + self.host)

    def offer_direct_tls(self):
        """By SRV, and nothing else."""
        names = self.bench.names
        names.set_service('_xmpps-client._tcp.' + self.host, (0, 5223, 'c2s.' + self.host))
        names.set_service('_xmpp-client._tcp.' + self.host)

    def reconfigure(self, **options):
        """The server again, with other options (see its configure()), for this test."""
        self.changed = True
        self.server.stop()
        self.server.configure(**options)
        self.server.start()

    def heal(self):
        """As it was before the test."""
        if self.changed:
            self.server.stop()
            fresh = {'certificate': self.authority.valid(self.host), 'level': 'info'}
            if isinstance(self.server, Prosody):
                fresh.update(more='', password_hash='SHA-1')
            self.server.configure(**fresh)
            self.changed = False
        if not self.server.running():
            self.server.end(0)
            self.server.start()
        self.server.thaw()
        self.proxy.reset()
        self.tls_proxy.reset()
        self.name()

    def close(self):
        self.proxy.close()
        self.tls_proxy.close()
        self.server.close()


class Bench:
    def __init__(self, hall):
        if not has_network():
            raise Skip('needs root and a network namespace')
        need('openssl', 'ip', 'nsenter', 'setpriv')
        self.folder = hall.folder + '/xmpp'
        os.mkdir(self.folder)
        os.chmod(self.folder, 0o755)
        self.serials = itertools.count(1)
        self.sites = {}
        self.authority = Authority(self.folder + '/certificates')
        self.authority.trust()
        self.hosts = self.folder + '/hosts'
        with open(self.hosts, 'w', encoding='utf-8') as file:
            file.writelines('%s %s\n' % (address, host)
                            for host, (address, _front) in HOSTS.items())
        self.network = Network(self.folder)
        for _address, front in HOSTS.values():
            ip('address', 'add', front + '/24', 'dev', 'near0')
        self.names = NameServer(NEAR)
        self.loop = Loop()
        self.process = None

    @property
    def peers(self):
        """The process of the slixmpp clients."""
        if self.process is None:
            self.process = PeerProcess()
        return self.process

    def site(self, host):
        if host not in self.sites:
            self.sites[host] = Site(self, host)
        return self.sites[host]

    def close(self):
        if self.process is not None:
            self.process.close()
        for site in self.sites.values():
            site.close()
        self.names.close()
        self.loop.close()
        self.network.close()


class Account:
    def __init__(self, site, user, password):
        self.site = site
        self.user = user
        self.password = password
        self.jid = '%s@%s' % (user, site.host)
        self.contacts = {}


class Stage:
    """One test's part of the bench: stage(world)."""

    def __init__(self, bench):
        self.bench = bench
        self.peers = []
        self.servers = []

    @property
    def network(self):
        return self.bench.network

    @property
    def names(self):
        return self.bench.names

    @property
    def authority(self):
        return self.bench.authority

    def site(self, host):
        return self.bench.site(host)

    def account(self, name='alice', host='a.test', password=None):
        """A fresh one; its user name begins with this."""
        serial = next(self.bench.serials)
        account = Account(self.site(host), '%s-%d' % (name, serial),
                          password or 'secret-%d' % serial)
        account.site.server.add_account(account.user, account.password)
        return account

    @staticmethod
    def befriend(one, other, subscription='both'):
        """Each in the other's contact list, before they sign in. subscription: as one has it."""
        reverse = {'both': 'both', 'none': 'none', 'to': 'from', 'from': 'to'}[subscription]
        for owner, contact, kind in ((one, other, subscription), (other, one, reverse)):
            owner.contacts[contact.jid] = kind
            owner.site.server.set_roster(owner.user, owner.contacts)

    def peer(self, account):
        """A slixmpp client of this account, not signed in yet: connect()."""
        peer = Peer(self.bench.peers, account)
        self.peers.append(peer)
        return peer

    def online(self, name='alice', host='a.test', **options):
        """A fresh account's client, signed in."""
        return self.peer(self.account(name, host)).connect(**options)

    def silent_server(self, host, starttls=False):
        """In place of the proxies of this host: takes connections, and says nothing (any more)."""
        site = self.site(host)
        proxy = site.proxy if starttls else site.tls_proxy
        proxy.refuse()
        proxy.cut()
        server = SilentServer(self.bench.loop, site.front, proxy.port, host, starttls)
        self.servers.append(server)
        return server

    def close(self):
        for server in self.servers:
            server.close()
        self.network.restore()
        self.names.silent = False
        for site in self.bench.sites.values():
            site.heal()
        for peer in self.peers:
            peer.close()


def stage(world):
    """What a test begins with."""
    return world.own(Stage(world.hall.share(Bench)))
