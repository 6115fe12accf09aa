/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "msgr-drop-in-dir.h"

G_BEGIN_DECLS

GPtrArray *msgr_file_entries_keys(GPtrArray *files);
GPtrArray *msgr_file_entries_applications(GPtrArray *files);
GPtrArray *msgr_file_entries_fixed_policies(GPtrArray *files);

G_END_DECLS
