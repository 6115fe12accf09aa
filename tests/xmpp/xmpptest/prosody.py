# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Prosody, for one host. It finds the other hosts in a file of its own, and trusts the tests'
# authority alone. Accounts and contact lists are files, written before their users sign in.

import os

from .server import NOBODY, Server, need

CONFIG = '''
data_path = "{folder}/data"
certificates = "{folder}/certs"
pidfile = "{folder}/prosody.pid"
network_backend = "epoll"
interfaces = {{ "{address}" }}
local_interfaces = {{ "{address}" }}
c2s_ports = {{ 5222 }}
c2s_direct_tls_ports = {{ 5223 }}
s2s_ports = {{ 5269 }}
http_ports = {{ }}
https_ports = {{ }}
unbound = {{ resolvconf = false; hoststxt = "{hosts}" }}
modules_enabled = {{ "saslauth", "tls", "roster", "disco", "ping", "carbons", "smacks", "pep",
  "blocklist", "limits", "s2s", "dialback", "s2s_auth_certs" }}
modules_disabled = {{ "posix" }}
allow_registration = false
c2s_require_encryption = true
s2s_require_encryption = true
s2s_secure_auth = true
authentication = "internal_hashed"
password_hash = "{password_hash}"
storage = "internal"
limits = {{ c2s = {{ rate = "100mb/s" }}, s2sin = {{ rate = "100mb/s" }} }}
log = {{ {level} = "{folder}/prosody.log" }}
ssl = {{ certificate = "{certificate}"; key = "{key}"; cafile = "{ca}" }}
{more}
VirtualHost "{host}"
  ssl = {{ certificate = "{certificate}"; key = "{key}"; cafile = "{ca}" }}
'''


def encode(name):
    """As Prosody names files and folders."""
    return ''.join(c if c.isascii() and c.isalnum() else ''.join('%%%02x' % b for b in c.encode())
                   for c in name)


def quote(text):
    return '"%s"' % text.replace('\\', '\\\\').replace('"', '\\"').replace('\n', '\\n')


class Prosody(Server):
    ports = (5222, 5223, 5269)

    def __init__(self, folder, host, address, authority, hosts):
        need('prosody')
        super().__init__(folder, host, address)
        self.log_path = folder + '/prosody.log'
        self.authority = authority
        self.hosts = hosts
        self.options = {'level': 'info', 'more': '', 'password_hash': 'SHA-1'}
        self.certificate = authority.valid(host)
        for name in ('data', 'certs'):
            os.mkdir('%s/%s' % (folder, name))
        self.configure()

    def configure(self, certificate=None, **options):
        """What counts from the next start on. Options: level, more (Lua), password_hash."""
        self.certificate = certificate or self.certificate
        self.options.update(options)
        with open(self.folder + '/prosody.cfg.lua', 'w', encoding='utf-8') as file:
            file.write(CONFIG.format(
                folder=self.folder, host=self.host, address=self.address, hosts=self.hosts,
                certificate=self.certificate.certificate, key=self.certificate.key,
                ca=self.authority.certificate, **self.options))
        self.hand_over()

    def command(self):
        return ['prosody', '-F', '--config', self.folder + '/prosody.cfg.lua']

    def put(self, store, user, text):
        folder = '%s/data/%s/%s' % (self.folder, encode(self.host), store)
        os.makedirs(folder, exist_ok=True)
        path = '%s/%s.dat' % (folder, encode(user))
        with open(path, 'w', encoding='utf-8') as file:
            file.write('return %s;\n' % text)
        os.chown(path, NOBODY, NOBODY)
        for parent in (folder, os.path.dirname(folder)):
            os.chown(parent, NOBODY, NOBODY)

    def add_account(self, user, password):
        self.put('accounts', user, '{ ["password"] = %s }' % quote(password))

    def set_roster(self, user, contacts):
        """contacts: bare JID -> subscription (both, to, from, none)."""
        items = ''.join('[%s] = { ["subscription"] = %s; ["groups"] = {}; };' % (
            quote(jid), quote(subscription)) for jid, subscription in contacts.items())
        self.put('roster', user, '{ %s [false] = { ["version"] = 1; }; }' % items)
