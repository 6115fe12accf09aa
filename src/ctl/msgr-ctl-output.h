/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum {
    MSGR_CTL_PLAIN,
    MSGR_CTL_BOLD,
    MSGR_CTL_DIM,
    MSGR_CTL_GREEN,
    MSGR_CTL_YELLOW,
    MSGR_CTL_RED,
} MsgrCtlStyle;

/**
 * MsgrCtlOutput:
 *
 * How this run speaks: to people or to programs, with colours or without.
 */
typedef struct {
    gboolean json;
    gboolean colour;       /* on standard output */
    gboolean colour_error; /* on standard error */
} MsgrCtlOutput;

gboolean msgr_ctl_output_set_colour(MsgrCtlOutput *self, const char *when, GError **error);
char *msgr_ctl_output_style(const MsgrCtlOutput *self, MsgrCtlStyle style, const char *text);
void msgr_ctl_output_text(const char *text);
void msgr_ctl_output_print(const MsgrCtlOutput *self, const char *format, ...) G_GNUC_PRINTF(2, 3);
void msgr_ctl_output_warn(const MsgrCtlOutput *self, const char *format, ...) G_GNUC_PRINTF(2, 3);
void msgr_ctl_output_event(const MsgrCtlOutput *self, gint64 time, MsgrCtlStyle style,
                           const char *text);
void msgr_ctl_output_json(JsonNode *node);
void msgr_ctl_output_json_line(JsonNode *node);
void msgr_ctl_output_error(const MsgrCtlOutput *self, const GError *error, const char *subject);

G_END_DECLS
