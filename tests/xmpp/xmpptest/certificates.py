# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A certificate authority of the tests' own, and the good and the bad certificates of a host.

import os
import subprocess

KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']


def openssl(*arguments):
    result = subprocess.run(['openssl', *arguments], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, check=False)
    assert result.returncode == 0, 'openssl %s: %s' % (arguments[0], result.stderr)
    return result.stdout


class Certificate:
    """A certificate (.crt), its key (.key), and both in one file (.pem)."""

    def __init__(self, base):
        self.certificate = base + '.crt'
        self.key = base + '.key'
        self.both = base + '.pem'

    def join(self):
        with open(self.both, 'w', encoding='utf-8') as out:
            for path in (self.certificate, self.key):
                with open(path, encoding='utf-8') as file:
                    out.write(file.read())
        for path in (self.key, self.both):
            os.chmod(path, 0o644)  # the servers are other users
        return self


class Authority:
    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        os.chmod(folder, 0o755)
        self.certificate = folder + '/ca.crt'
        self.key = folder + '/ca.key'
        openssl('req', '-x509', *KEY, '-days', '30', '-subj', '/CN=Test authority', '-keyout',
                self.key, '-out', self.certificate)

    def base(self, host, kind):
        return '%s/%s-%s' % (self.folder, host, kind)

    def issue(self, host, kind, name, days):
        found = Certificate(self.base(host, kind))
        if os.path.exists(found.both):
            return found
        request = self.base(host, kind) + '.csr'
        extensions = self.base(host, kind) + '.ext'
        with open(extensions, 'w', encoding='utf-8') as file:
            file.write('subjectAltName=DNS:%s\nextendedKeyUsage=serverAuth,clientAuth\n' % name)
        openssl('req', '-new', *KEY, '-subj', '/CN=' + name, '-keyout', found.key, '-out', request)
        openssl('x509', '-req', '-in', request, '-CA', self.certificate, '-CAkey', self.key,
                '-CAcreateserial', '-days', str(days), '-extfile', extensions, '-out',
                found.certificate)
        return found.join()

    def valid(self, host):
        return self.issue(host, 'valid', host, 30)

    def expired(self, host):
        return self.issue(host, 'expired', host, -1)

    def of_another(self, host):
        """Of the right authority, but for a host of another name."""
        return self.issue(host, 'other', 'other.' + host, 30)

    def self_signed(self, host):
        found = Certificate(self.base(host, 'self'))
        if not os.path.exists(found.both):
            openssl('req', '-x509', *KEY, '-days', '30', '-subj', '/CN=' + host, '-addext',
                    'subjectAltName=DNS:' + host, '-keyout', found.key, '-out',
                    found.certificate)
            found.join()
        return found

    def fingerprint(self, certificate):
        """SHA-256, lower-case hex."""
        text = openssl('x509', '-in', certificate.certificate, '-noout', '-fingerprint',
                       '-sha256')
        return text.split('=')[1].strip().replace(':', '').lower()

    def trust(self):
        """Makes it the only authority that the system trusts, in this mount namespace."""
        folder = self.folder + '/trusted'
        if os.path.isdir(folder):
            return
        os.mkdir(folder)
        digest = openssl('x509', '-in', self.certificate, '-noout', '-hash').strip()
        for name in ('ca-certificates.crt', digest + '.0'):
            with open(self.certificate, encoding='utf-8') as source, \
                    open(os.path.join(folder, name), 'w', encoding='utf-8') as file:
                file.write(source.read())
        os.makedirs('/etc/ssl/certs', exist_ok=True)
        subprocess.run(['mount', '--bind', folder, '/etc/ssl/certs'], check=True)
