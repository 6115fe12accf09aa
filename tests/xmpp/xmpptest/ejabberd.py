# SPDX-License-Identifier: LGPL-2.1-or-later
#
# ejabberd, for one host: the second opinion. The Erlang runtime is started by itself, without
# distribution, so that no epmd runs; accounts are made by its HTTP API.

import glob
import json
import os
import urllib.request

from .server import Server, need

CONFIG = '''
hosts: [ "{host}" ]
loglevel: {level}
certfiles: [ "{certificate}" ]
ca_file: "{ca}"
s2s_use_starttls: required
s2s_cafile: "{ca}"
listen:
  - {{ port: 5222, ip: "{address}", module: ejabberd_c2s, starttls: true, starttls_required: true,
      shaper: none, access: c2s }}
  - {{ port: 5223, ip: "{address}", module: ejabberd_c2s, tls: true, shaper: none, access: c2s }}
  - {{ port: 5269, ip: "{address}", module: ejabberd_s2s_in }}
  - {{ port: 5280, ip: "{address}", module: ejabberd_http,
      request_handlers: {{ "/api": mod_http_api }} }}
acl: {{ machine: {{ ip: [ "127.0.0.0/8" ] }} }}
access_rules: {{ c2s: {{ allow: all }} }}
api_permissions:
  "bench": {{ from: [ mod_http_api ], who: {{ access: {{ allow: machine }} }}, what: "*" }}
auth_method: internal
auth_password_format: scram
auth_scram_hash: sha256
acme: {{ auto: false }}
modules:
  mod_admin_extra: {{}}
  mod_roster: {{}}
  mod_disco: {{}}
  mod_ping: {{}}
  mod_caps: {{}}
  mod_carboncopy: {{}}
  mod_stream_mgmt: {{}}
  mod_privacy: {{}}
  mod_blocking: {{}}
  mod_offline: {{}}
  mod_pubsub: {{ plugins: [ pep ] }}
'''


class Ejabberd(Server):
    ports = (5222, 5223, 5269, 5280)

    def __init__(self, folder, host, address, authority):
        need('erl', 'ejabberdctl')
        super().__init__(folder, host, address)
        self.log_path = folder + '/ejabberd.log'
        self.authority = authority
        self.level = 'info'
        self.certificate = authority.valid(host)
        self.configure()

    def configure(self, certificate=None, level=None):
        """What counts from the next start on."""
        self.certificate = certificate or self.certificate
        self.level = level or self.level
        with open(self.folder + '/ejabberd.yml', 'w', encoding='utf-8') as file:
            file.write(CONFIG.format(host=self.host, address=self.address, level=self.level,
                                     certificate=self.certificate.both,
                                     ca=self.authority.certificate))
        self.hand_over()

    def environment(self):
        libraries = glob.glob('/usr/lib/*/ejabberd-*')
        return dict(super().environment(), EJABBERD_CONFIG_PATH=self.folder + '/ejabberd.yml',
                    EJABBERD_LOG_PATH=self.log_path, ERL_CRASH_DUMP='/dev/null',
                    ERL_LIBS=os.path.dirname(libraries[0]) if libraries else '/usr/lib')

    def command(self):
        # One scheduler: the machine is shared.
        return ['erl', '-noinput', '+S', '1:1', '-mnesia', 'dir', '"%s/db"' % self.folder, '-s',
                'ejabberd']

    def api(self, command, **arguments):
        request = urllib.request.Request(
            'http://%s:5280/api/%s' % (self.address, command), json.dumps(arguments).encode(),
            {'Content-Type': 'application/json'})
        with urllib.request.urlopen(request) as reply:
            return json.loads(reply.read())

    def add_account(self, user, password):
        self.api('register', user=user, host=self.host, password=password)

    def set_roster(self, user, contacts):
        """contacts: bare JID -> subscription (both, to, from, none)."""
        for jid, subscription in contacts.items():
            name, host = jid.split('@')
            self.api('add_rosteritem', localuser=user, localhost=self.host, user=name, host=host,
                     nick='', group='', subs=subscription)
