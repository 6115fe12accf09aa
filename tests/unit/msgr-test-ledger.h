/*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * State directories, what is in them, and ledgers that are opened there.
 */
#pragma once

#include <sqlite3.h>
#include <sys/resource.h>

#include "msgr-ledger.h"
#include "msgr-session.h"

G_BEGIN_DECLS

#define SECONDS(n) ((gint64)(n)*G_USEC_PER_SEC)

/* The version that databases have. */
#define MSGR_TEST_VERSION 4

/* What the clock of each model says. */
extern gint64 msgr_test_boot, msgr_test_wall;

/* Warnings that no test has looked at yet. */
extern GPtrArray *msgr_test_warnings;

/* A state directory, by its path, until the test is over. */
typedef char MsgrTestDir;

void msgr_test_ledger_init(int *argc, char ***argv);
void msgr_test_no_warning(void);
void msgr_test_one_warning(const char *pattern);
char *msgr_test_path(const char *dir, const char *name);
char *msgr_test_dir_new(void);
GPtrArray *msgr_test_files(const char *dir);
void msgr_test_dir_free(char *dir);
char *msgr_test_read(const char *dir, const char *name, gsize *length);
void msgr_test_write(const char *dir, const char *name, const char *bytes, gssize length);
guint msgr_test_mode(const char *dir, const char *name);
gsize msgr_test_size(const char *dir, const char *name);
gboolean msgr_test_is_in_files(const char *dir, const char *text);
char *msgr_test_find_aside(const char *dir, const char *prefix);
void msgr_test_no_aside(const char *dir);
void msgr_test_limit_files(rlim_t size);
sqlite3 *msgr_test_sql_open(const char *dir);
void msgr_test_sql_run(sqlite3 *db, const char *sql);
void msgr_test_sql_change(const char *dir, const char *sql);
char *msgr_test_sql_ask(const char *dir, const char *sql);
void msgr_test_sql_assert(const char *dir, const char *sql, const char *expected);
MsgrLedger *msgr_test_ledger_open(const char *dir);
void msgr_test_not_opened(const char *dir, const char *reason);
MsgrModel *msgr_test_ledger_model(MsgrLedger *ledger);
MsgrModel *msgr_test_ledger_load(MsgrLedger *ledger);
void msgr_test_ledger_commit(MsgrLedger *ledger, MsgrModel *model);
char *msgr_test_data(const char *name);
void msgr_test_sample_of(const char *dir, int version);
void msgr_test_sample(const char *dir);
MsgrSession *msgr_test_sample_session(MsgrModel *model, int number);
void msgr_test_touch_everything(MsgrModel *model);
char *msgr_test_ledger_text(MsgrModel *model);
void msgr_test_ledger_kept(const char *dir, MsgrModel *model);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsgrTestDir, msgr_test_dir_free)

G_END_DECLS
