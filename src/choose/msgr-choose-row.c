/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "msgr-choose-row.h"

#include "msgr-choose-contact.h"

#define NAME   "msgr-name"
#define SIGNIN "msgr-signin"
#define STATUS "msgr-status"
#define SIGN   "msgr-sign"

static GtkWidget *
add_label(GtkWidget *box, GObject *item, const char *key, float alignment)
{
    GtkWidget *label = gtk_label_new(NULL);

    gtk_label_set_xalign(GTK_LABEL(label), alignment);
    gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
    gtk_box_append(GTK_BOX(box), label);
    g_object_set_data(item, key, label);
    return label;
}

static void
setup(GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    GtkWidget *texts = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
    GtkWidget *sign = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);

    gtk_widget_add_css_class(row, "contact");
    gtk_widget_set_valign(sign, GTK_ALIGN_CENTER);
    gtk_widget_set_size_request(sign, 10, 10);
    gtk_box_append(GTK_BOX(row), sign);
    g_object_set_data(G_OBJECT(item), SIGN, sign);
    gtk_widget_set_hexpand(texts, TRUE);
    gtk_box_append(GTK_BOX(row), texts);
    gtk_widget_add_css_class(add_label(texts, G_OBJECT(item), NAME, 0), "name");
    gtk_widget_add_css_class(add_label(texts, G_OBJECT(item), SIGNIN, 0), "dim-label");
    gtk_widget_add_css_class(add_label(row, G_OBJECT(item), STATUS, 1), "dim-label");
    gtk_list_item_set_child(item, row);
}

static void
set_label(GtkListItem *item, const char *key, const char *text)
{
    gtk_label_set_label(GTK_LABEL(g_object_get_data(G_OBJECT(item), key)), text);
}

static void
bind(GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
    MsgrChooseContact *contact = MSGR_CHOOSE_CONTACT(gtk_list_item_get_item(item));
    GtkWidget *sign = g_object_get_data(G_OBJECT(item), SIGN);
    const char *classes[] = { "status", msgr_choose_contact_status_class(contact), NULL };
    gboolean is_there = msgr_choose_contact_is_there(contact);

    gtk_widget_set_css_classes(sign, classes);
    set_label(item, NAME, msgr_choose_contact_name(contact));
    set_label(item, SIGNIN, msgr_choose_contact_signin(contact));
    set_label(item, STATUS, msgr_choose_contact_status_text(contact));
    gtk_widget_set_opacity(gtk_list_item_get_child(item), is_there ? 1.0 : 0.55);
}

GtkListItemFactory *
msgr_choose_row_factory_new(void)
{
    GtkListItemFactory *factory = gtk_signal_list_item_factory_new();

    g_signal_connect(factory, "setup", G_CALLBACK(setup), NULL);
    g_signal_connect(factory, "bind", G_CALLBACK(bind), NULL);
    return factory;
}
