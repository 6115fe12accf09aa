/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Both halves of the challenge and response: what a client computes, and how the service checks it.
 */
#pragma once

#include "msgr-key.h"

G_BEGIN_DECLS

char *msgr_response_compute(MsgrAlgorithm algorithm, const guint8 *secret, gsize secret_length,
                            const char *challenge, GError **error);
gboolean msgr_response_verify(const MsgrKey *key, const char *challenge, const char *response);

G_END_DECLS
