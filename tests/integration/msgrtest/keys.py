# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Keys of applications: both halves, written as the files that the service reads.

import base64
import ctypes
import ctypes.util
import hashlib
import hmac
import json
import os

sodium = ctypes.CDLL(ctypes.util.find_library('sodium') or 'libsodium.so.23')


class Key:
    def __init__(self, app_id, algorithm='hmac-sha256', capabilities=('sessions',), secret=None,
                 **extra):
        self.id = app_id
        self.algorithm = algorithm
        self.secret = secret or hashlib.sha256(app_id.encode()).hexdigest()
        self.fields = {'id': app_id, 'name': app_id.rsplit('.', 1)[-1], 'algorithm': algorithm,
                       'environment': 'production', 'capabilities': list(capabilities)}
        if algorithm == 'ed25519':
            self.public, self.signing = self.make_pair()
            self.fields['public-key'] = base64.b64encode(self.public).decode()
        else:
            self.fields['key'] = self.secret
        self.fields.update(extra)

    def make_pair(self):
        public = ctypes.create_string_buffer(32)
        signing = ctypes.create_string_buffer(64)
        seed = hashlib.sha256(self.secret.encode()).digest()
        sodium.crypto_sign_seed_keypair(public, signing, seed)
        return public.raw, signing.raw

    def but(self, **extra):
        """The same key, with these members of its file changed (None: left out)."""
        other = Key(self.id, self.algorithm, self.fields['capabilities'], self.secret)
        other.fields = dict(self.fields)
        for name, value in extra.items():
            name = name.replace('_', '-')
            if value is None:
                other.fields.pop(name, None)
            else:
                other.fields[name] = value
        return other

    @property
    def json(self):
        return json.dumps(self.fields)

    def write(self, folder, name=None, mode=0o600, owner=None):
        """Puts the file there in one step, as an administrator's tool would."""
        path = os.path.join(folder, name or self.id + '.json')
        put(path, self.json, mode, owner)
        return path

    def respond(self, challenge):
        data = challenge.encode()
        if self.algorithm == 'hmac-sha256':
            return hmac.new(self.secret.encode(), data, hashlib.sha256).hexdigest()
        if self.algorithm == 'md5':
            return hashlib.md5(data + self.secret.encode()).hexdigest()
        signature = ctypes.create_string_buffer(64)
        sodium.crypto_sign_detached(signature, None, data, ctypes.c_ulonglong(len(data)),
                                    self.signing)
        return base64.b64encode(signature.raw).decode()


def put(path, text, mode=0o644, owner=None):
    """A file that is never seen half written."""
    temporary = path + '.part'
    with open(temporary, 'w', encoding='utf-8') as file:
        file.write(text)
    os.chmod(temporary, mode)
    if owner is not None and os.getuid() == 0:
        os.chown(temporary, owner, owner)
    os.rename(temporary, path)


# The applications of the tests.
CHESS = Key('org.example.Chess')
CHAT = Key('org.example.Chat', 'ed25519')
GO = Key('org.example.Go')
DESK = Key('org.example.Desk', capabilities=('sessions', 'private', 'messenger'))
FRIENDS = Key('org.example.Friends', capabilities=('private',))
OLD = Key('org.example.Old', 'md5')

STANDARD = (CHESS, CHAT, GO, DESK, FRIENDS)
