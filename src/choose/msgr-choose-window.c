/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "msgr-choose-window.h"

#include <glib/gi18n.h>

#include "msgr-choose-contact.h"
#include "msgr-choose-link.h"
#include "msgr-choose-row.h"

#define STYLE                                                                                      \
    ".contact { padding: 8px 6px; }"                                                               \
    ".contact .name { font-weight: 600; }"                                                         \
    ".status { border-radius: 5px; background: alpha(currentColor, 0.35); }"                       \
    ".status.online { background: #2ec27e; }"                                                      \
    ".status.away { background: #e5a50a; }"                                                        \
    ".status.busy { background: #e01b24; }"                                                        \
    ".wrong { color: #c01c28; }"                                                                   \
    ".host { font-size: smaller; }"

struct _MsgrChooseWindow {
    GtkApplicationWindow parent;
    MsgrChooseLink *link;
    GListStore *contacts;
    GtkFilter *filter;
    GtkSingleSelection *selection;
    GtkWidget *title;
    GtkWidget *host;
    GtkWidget *invite;
    GtkWidget *search;
    GtkWidget *stack; /* the list, or why there is none */
    GtkWidget *empty;
    GtkWidget *other; /* the name that isn't in the list */
    GtkWidget *wrong;
};

G_DEFINE_TYPE(MsgrChooseWindow, msgr_choose_window, GTK_TYPE_APPLICATION_WINDOW)

/* What is chosen */

static gboolean
has_other(MsgrChooseWindow *self)
{
    return *gtk_editable_get_text(GTK_EDITABLE(self->other)) != '\0';
}

static MsgrChooseContact *
chosen_contact(MsgrChooseWindow *self)
{
    MsgrChooseContact *contact = gtk_single_selection_get_selected_item(self->selection);

    return contact != NULL && msgr_choose_contact_is_there(contact) ? contact : NULL;
}

static void
update(MsgrChooseWindow *self)
{
    gboolean has_contacts = g_list_model_get_n_items(G_LIST_MODEL(self->contacts)) > 0;
    gboolean has_shown = g_list_model_get_n_items(G_LIST_MODEL(self->selection)) > 0;

    gtk_label_set_label(GTK_LABEL(self->empty),
                        has_contacts ? _("Nobody of this name") : _("No contacts yet"));
    gtk_stack_set_visible_child_name(GTK_STACK(self->stack), has_shown ? "list" : "empty");
    gtk_widget_set_sensitive(self->invite, has_other(self) || chosen_contact(self) != NULL);
}

/* A typed name is looked up by the agent, which says so if there is nobody. */
static void
invite(MsgrChooseWindow *self)
{
    MsgrChooseContact *contact = chosen_contact(self);

    if (has_other(self))
        msgr_choose_link_say("name", gtk_editable_get_text(GTK_EDITABLE(self->other)));
    else if (contact != NULL)
        msgr_choose_link_say("contact", msgr_choose_contact_path(contact));
}

static void
row_activated(GtkListView *list, guint position, MsgrChooseWindow *self)
{
    gtk_editable_set_text(GTK_EDITABLE(self->other), "");
    invite(self);
}

static void
search(MsgrChooseWindow *self)
{
    gtk_filter_changed(self->filter, GTK_FILTER_CHANGE_DIFFERENT);
    update(self);
}

/* The entry tells of what is typed a moment later only. Whoever is found by it is invited, even if
 * Return comes before, and not whoever was chosen until then. */
static void
search_and_invite(MsgrChooseWindow *self)
{
    search(self);
    invite(self);
}

static void
other_changed(GtkEditable *entry, MsgrChooseWindow *self)
{
    gtk_widget_set_visible(self->wrong, FALSE);
    update(self);
}

static gboolean
matches(gpointer item, gpointer data)
{
    MsgrChooseWindow *self = data;
    g_autofree char *folded =
        g_utf8_casefold(gtk_editable_get_text(GTK_EDITABLE(self->search)), -1);

    return msgr_choose_contact_matches(item, folded);
}

/* What the agent says */

/* Where there is nothing to search, a name is what can be typed. */
static void
focus_first(MsgrChooseWindow *self)
{
    if (g_list_model_get_n_items(G_LIST_MODEL(self->contacts)) == 0 && !has_other(self))
        gtk_widget_grab_focus(self->other);
}

static void
set_contacts(MsgrChooseWindow *self, JsonArray *array)
{
    g_autoptr(GPtrArray) contacts = g_ptr_array_new_with_free_func(g_object_unref);
    MsgrChooseContact *old = gtk_single_selection_get_selected_item(self->selection);
    g_autofree char *path = old != NULL ? g_strdup(msgr_choose_contact_path(old)) : NULL;

    for (guint i = 0; i < json_array_get_length(array); i++) {
        JsonNode *node = json_array_get_element(array, i);

        if (JSON_NODE_HOLDS_OBJECT(node))
            g_ptr_array_add(contacts, msgr_choose_contact_new(json_node_get_object(node)));
    }
    g_list_store_splice(self->contacts, 0, g_list_model_get_n_items(G_LIST_MODEL(self->contacts)),
                        contacts->pdata, contacts->len);
    for (guint i = 0; i < g_list_model_get_n_items(G_LIST_MODEL(self->selection)); i++) {
        g_autoptr(MsgrChooseContact) contact =
            g_list_model_get_item(G_LIST_MODEL(self->selection), i);

        if (g_strcmp0(msgr_choose_contact_path(contact), path) == 0)
            gtk_single_selection_set_selected(self->selection, i);
    }
    update(self);
    focus_first(self);
}

static void
set_application(MsgrChooseWindow *self, const char *name, const char *host)
{
    g_autofree char *title = g_strdup_printf(_("Invite to %s"), name);

    gtk_window_set_title(GTK_WINDOW(self), title);
    gtk_label_set_label(GTK_LABEL(self->title), title);
    gtk_label_set_label(GTK_LABEL(self->host), host);
    gtk_widget_set_visible(self->host, *host != '\0');
}

static void
heard(JsonObject *message, gpointer data)
{
    MsgrChooseWindow *self = data;
    const char *name, *error;
    JsonNode *contacts;

    if (message == NULL) {
        gtk_window_destroy(GTK_WINDOW(self));
        return;
    }
    name = json_object_get_string_member_with_default(message, "application", NULL);
    error = json_object_get_string_member_with_default(message, "error", NULL);
    contacts = json_object_get_member(message, "contacts");
    if (name != NULL)
        set_application(self, name,
                        json_object_get_string_member_with_default(message, "host", ""));
    if (error != NULL) {
        gtk_label_set_label(GTK_LABEL(self->wrong), error);
        gtk_widget_set_visible(self->wrong, TRUE);
    }
    if (contacts != NULL && JSON_NODE_HOLDS_ARRAY(contacts))
        set_contacts(self, json_node_get_array(contacts));
}

/* The window */

static void
build_bar(MsgrChooseWindow *self)
{
    GtkWidget *bar = gtk_header_bar_new();
    GtkWidget *cancel = gtk_button_new_with_mnemonic(_("_Cancel"));
    GtkWidget *titles = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);

    self->title = gtk_label_new(_("Invite"));
    gtk_label_set_ellipsize(GTK_LABEL(self->title), PANGO_ELLIPSIZE_END);
    gtk_widget_add_css_class(self->title, "title");
    self->host = gtk_label_new(NULL);
    gtk_label_set_ellipsize(GTK_LABEL(self->host), PANGO_ELLIPSIZE_START);
    gtk_widget_add_css_class(self->host, "dim-label");
    gtk_widget_add_css_class(self->host, "host");
    gtk_widget_set_visible(self->host, FALSE);
    gtk_widget_set_valign(titles, GTK_ALIGN_CENTER);
    gtk_box_append(GTK_BOX(titles), self->title);
    gtk_box_append(GTK_BOX(titles), self->host);
    self->invite = gtk_button_new_with_mnemonic(_("_Invite"));
    gtk_widget_add_css_class(self->invite, "suggested-action");
    g_signal_connect_swapped(self->invite, "clicked", G_CALLBACK(search_and_invite), self);
    g_signal_connect_swapped(cancel, "clicked", G_CALLBACK(gtk_window_close), self);
    gtk_header_bar_set_show_title_buttons(GTK_HEADER_BAR(bar), FALSE);
    gtk_header_bar_set_title_widget(GTK_HEADER_BAR(bar), titles);
    gtk_header_bar_pack_start(GTK_HEADER_BAR(bar), cancel);
    gtk_header_bar_pack_end(GTK_HEADER_BAR(bar), self->invite);
    gtk_window_set_titlebar(GTK_WINDOW(self), bar);
    gtk_window_set_default_widget(GTK_WINDOW(self), self->invite);
}

static GtkSelectionModel *
build_model(MsgrChooseWindow *self)
{
    GtkSorter *sorter = GTK_SORTER(gtk_custom_sorter_new(msgr_choose_contact_compare, NULL, NULL));
    GListModel *sorted, *filtered;

    self->contacts = g_list_store_new(MSGR_TYPE_CHOOSE_CONTACT);
    self->filter = GTK_FILTER(gtk_custom_filter_new(matches, self, NULL));
    sorted =
        G_LIST_MODEL(gtk_sort_list_model_new(g_object_ref(G_LIST_MODEL(self->contacts)), sorter));
    filtered = G_LIST_MODEL(gtk_filter_list_model_new(sorted, g_object_ref(self->filter)));
    self->selection = gtk_single_selection_new(filtered);
    g_signal_connect_swapped(self->selection, "notify::selected-item", G_CALLBACK(update), self);
    return GTK_SELECTION_MODEL(g_object_ref(self->selection));
}

static GtkWidget *
build_list(MsgrChooseWindow *self)
{
    GtkWidget *scrolled = gtk_scrolled_window_new();
    GtkWidget *list = gtk_list_view_new(build_model(self), msgr_choose_row_factory_new());

    g_signal_connect(list, "activate", G_CALLBACK(row_activated), self);
    gtk_widget_add_css_class(list, "navigation-sidebar");
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), list);
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER,
                                   GTK_POLICY_AUTOMATIC);
    self->empty = gtk_label_new(NULL);
    gtk_widget_add_css_class(self->empty, "dim-label");
    self->stack = gtk_stack_new();
    gtk_widget_set_vexpand(self->stack, TRUE);
    gtk_stack_add_named(GTK_STACK(self->stack), scrolled, "list");
    gtk_stack_add_named(GTK_STACK(self->stack), self->empty, "empty");
    return self->stack;
}

static GtkWidget *
build_other(MsgrChooseWindow *self)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    GtkWidget *label = gtk_label_new_with_mnemonic(_("_Somebody who isn't in the list"));

    self->other = gtk_entry_new();
    self->wrong = gtk_label_new(NULL);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_mnemonic_widget(GTK_LABEL(label), self->other);
    gtk_entry_set_placeholder_text(GTK_ENTRY(self->other), _("The name that they sign in with"));
    gtk_entry_set_activates_default(GTK_ENTRY(self->other), TRUE);
    g_signal_connect(self->other, "changed", G_CALLBACK(other_changed), self);
    gtk_label_set_xalign(GTK_LABEL(self->wrong), 0);
    gtk_label_set_wrap(GTK_LABEL(self->wrong), TRUE);
    gtk_widget_add_css_class(self->wrong, "wrong");
    gtk_widget_set_visible(self->wrong, FALSE);
    gtk_box_append(GTK_BOX(box), label);
    gtk_box_append(GTK_BOX(box), self->other);
    gtk_box_append(GTK_BOX(box), self->wrong);
    return box;
}

static void
build_search(MsgrChooseWindow *self)
{
    self->search = gtk_search_entry_new();
    gtk_search_entry_set_key_capture_widget(GTK_SEARCH_ENTRY(self->search), GTK_WIDGET(self));
    g_object_set(self->search, "placeholder-text", _("Search contacts"), NULL);
    g_signal_connect_swapped(self->search, "search-changed", G_CALLBACK(search), self);
    g_signal_connect_swapped(self->search, "activate", G_CALLBACK(search_and_invite), self);
    g_signal_connect_swapped(self->search, "stop-search", G_CALLBACK(gtk_window_close), self);
}

static void
add_style(void)
{
    g_autoptr(GtkCssProvider) style = gtk_css_provider_new();

    gtk_css_provider_load_from_data(style, STYLE, -1);
    gtk_style_context_add_provider_for_display(gdk_display_get_default(), GTK_STYLE_PROVIDER(style),
                                               GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static void
add_escape(MsgrChooseWindow *self)
{
    GtkEventController *controller = gtk_shortcut_controller_new();

    gtk_shortcut_controller_add_shortcut(GTK_SHORTCUT_CONTROLLER(controller),
                                         gtk_shortcut_new(gtk_keyval_trigger_new(GDK_KEY_Escape, 0),
                                                          gtk_named_action_new("window.close")));
    gtk_widget_add_controller(GTK_WIDGET(self), controller);
}

static void
msgr_choose_window_dispose(GObject *object)
{
    MsgrChooseWindow *self = MSGR_CHOOSE_WINDOW(object);

    if (self->selection != NULL)
        g_signal_handlers_disconnect_by_data(self->selection, self);
    g_clear_pointer(&self->link, msgr_choose_link_free);
    g_clear_object(&self->selection);
    g_clear_object(&self->filter);
    g_clear_object(&self->contacts);
    G_OBJECT_CLASS(msgr_choose_window_parent_class)->dispose(object);
}

static void
msgr_choose_window_class_init(MsgrChooseWindowClass *class)
{
    G_OBJECT_CLASS(class)->dispose = msgr_choose_window_dispose;
}

static void
msgr_choose_window_init(MsgrChooseWindow *self)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);

    gtk_window_set_default_size(GTK_WINDOW(self), 400, 520);
    gtk_widget_set_margin_top(box, 12);
    gtk_widget_set_margin_bottom(box, 12);
    gtk_widget_set_margin_start(box, 12);
    gtk_widget_set_margin_end(box, 12);
    add_style();
    build_bar(self);
    build_search(self);
    gtk_box_append(GTK_BOX(box), self->search);
    gtk_box_append(GTK_BOX(box), build_list(self));
    gtk_box_append(GTK_BOX(box), build_other(self));
    gtk_window_set_child(GTK_WINDOW(self), box);
    add_escape(self);
    update(self);
    gtk_widget_grab_focus(self->search);
}

MsgrChooseWindow *
msgr_choose_window_new(GtkApplication *application)
{
    MsgrChooseWindow *self =
        g_object_new(MSGR_TYPE_CHOOSE_WINDOW, "application", application, NULL);

    self->link = msgr_choose_link_new(heard, self);
    return self;
}
