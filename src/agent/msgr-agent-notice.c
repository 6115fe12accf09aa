/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-agent-notice.h"

static void
button_clear(gpointer data)
{
    MsgrAgentButton *button = data;

    g_free(button->label);
    g_free(button->action);
}

MsgrAgentNotice *
msgr_agent_notice_new(const char *id, const char *title, const char *body)
{
    MsgrAgentNotice *self = g_rc_box_new0(MsgrAgentNotice);

    self->id = g_strdup(id);
    self->title = g_strdup(title);
    self->body = g_strdup(body);
    self->urgency = MSGR_URGENCY_NORMAL;
    self->buttons = g_array_new(FALSE, TRUE, sizeof(MsgrAgentButton));
    g_array_set_clear_func(self->buttons, button_clear);
    return self;
}

static void
notice_clear(gpointer data)
{
    MsgrAgentNotice *self = data;

    g_free(self->id);
    g_free(self->title);
    g_free(self->body);
    g_clear_object(&self->icon);
    g_array_unref(self->buttons);
}

MsgrAgentNotice *
msgr_agent_notice_ref(MsgrAgentNotice *self)
{
    return g_rc_box_acquire(self);
}

void
msgr_agent_notice_unref(MsgrAgentNotice *self)
{
    g_rc_box_release_full(self, notice_clear);
}

/**
 * msgr_agent_notice_add_button:
 * @action: "app.accept" and the like
 * @target: consumed if it is floating; all that the action needs, so that it works in another
 *   process than the one that has shown the notice
 */
void
msgr_agent_notice_add_button(MsgrAgentNotice *self, const char *label, const char *action,
                             GVariant *target)
{
    g_autoptr(GVariant) owned = g_variant_ref_sink(target);
    MsgrAgentButton button = { 0 };

    button.label = g_strdup(label);
    button.action = g_action_print_detailed_name(action, owned);
    g_array_append_val(self->buttons, button);
}

const MsgrAgentButton *
msgr_agent_notice_button(const MsgrAgentNotice *self, guint index)
{
    return &g_array_index(self->buttons, MsgrAgentButton, index);
}

static gboolean
buttons_equal(const MsgrAgentNotice *self, const MsgrAgentNotice *other)
{
    if (self->buttons->len != other->buttons->len)
        return FALSE;
    for (guint i = 0; i < self->buttons->len; i++) {
        const MsgrAgentButton *one = msgr_agent_notice_button(self, i);
        const MsgrAgentButton *two = msgr_agent_notice_button(other, i);

        if (!g_str_equal(one->label, two->label) || !g_str_equal(one->action, two->action))
            return FALSE;
    }
    return TRUE;
}

/**
 * msgr_agent_notice_equal:
 *
 * Returns: whether both look and do the same.
 */
gboolean
msgr_agent_notice_equal(const MsgrAgentNotice *self, const MsgrAgentNotice *other)
{
    return g_str_equal(self->id, other->id) && g_str_equal(self->title, other->title) &&
           g_str_equal(self->body, other->body) && self->urgency == other->urgency &&
           (self->icon == NULL) == (other->icon == NULL) &&
           (self->icon == NULL || g_icon_equal(self->icon, other->icon)) &&
           buttons_equal(self, other);
}

/**
 * msgr_agent_notice_id:
 *
 * Returns: the ID of the notice of this kind about the object at @path.
 */
char *
msgr_agent_notice_id(const char *kind, const char *path)
{
    const char *slash = strrchr(path, '/');

    return g_strconcat(kind, "-", slash != NULL ? slash + 1 : path, NULL);
}
