/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MSGR_TYPE_CHOOSE_WINDOW (msgr_choose_window_get_type())

/**
 * MsgrChooseWindow:
 *
 * The list of contacts, a field that searches it, and one for a name that isn't there. The keyboard
 * alone will do: what is typed searches, arrows choose, Enter invites and Escape leaves.
 */
G_DECLARE_FINAL_TYPE(MsgrChooseWindow, msgr_choose_window, MSGR, CHOOSE_WINDOW,
                     GtkApplicationWindow)

MsgrChooseWindow *msgr_choose_window_new(GtkApplication *application);

G_END_DECLS
