/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Texts as a terminal needs them, durations, and times of day.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *msgr_ctl_text_safe(const char *text);
char *msgr_ctl_text_quote(const char *text);
char *msgr_ctl_text_from_argument(const char *argument);
guint msgr_ctl_text_width(const char *text);
void msgr_ctl_text_append_padded(GString *line, const char *text, guint width);

gboolean msgr_ctl_duration_parse(const char *text, guint *seconds, GError **error);
char *msgr_ctl_time_of_day(gint64 time);
char *msgr_ctl_time_format(gint64 time);

G_END_DECLS
