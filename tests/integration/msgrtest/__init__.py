# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the integration tests share: users, a private bus, the service, clients, and the runner.
