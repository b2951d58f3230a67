/*
 * What SQLite alone needs for the same rows: binds tab-separated fields and steps one upsert, in
 * transactions of 10,000 rows, with the same durability and the same cache. No checks of the data:
 * it is our own.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 8, BATCH = 10000 };

static const char schema[] =
    "PRAGMA synchronous=EXTRA; PRAGMA cache_size=-8192; CREATE TABLE IF NOT EXISTS s "
    "(supplier_number TEXT NOT NULL, "
    "supplier_name TEXT, is_active INTEGER, vat_number TEXT, rating ANY, employees INTEGER, "
    "supplier_location TEXT, updated_at TEXT, PRIMARY KEY (supplier_number)) STRICT";
static const char upsert[] =
    "INSERT INTO s VALUES (?1,?2,?3,?4,?5,?6,?7,?8) ON CONFLICT (supplier_number) DO UPDATE SET "
    "supplier_name=?2, is_active=?3, vat_number=?4, rating=?5, employees=?6, "
    "supplier_location=?7, updated_at=?8";

static void
must(sqlite3 *db, int ok)
{
	if (ok != 0)
		return;
	fprintf(stderr, "sqlite_floor: %s\n", sqlite3_errmsg(db));
	exit(1);
}

static void
bind(sqlite3_stmt *st, char *line)
{
	char *end;

	for (int i = 1; i <= FIELDS; i++, line = end + 1) {
		end = line + strcspn(line, "\t\n");
		if (i == 3 || i == 6)
			sqlite3_bind_int64(st, i, strtoll(line, NULL, 10));
		else if (i == 5)
			sqlite3_bind_double(st, i, (double)strtoll(line, NULL, 10) / 10);
		else
			sqlite3_bind_text(st, i, line, (int)(end - line), SQLITE_STATIC);
	}
}

int
main(int argc, char **argv)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;
	char *line = NULL;
	size_t cap = 0, n = 0;

	must(db, argc == 2 && sqlite3_open(argv[1], &db) == SQLITE_OK);
	must(db, sqlite3_exec(db, schema, NULL, NULL, NULL) == SQLITE_OK);
	must(db, sqlite3_prepare_v2(db, upsert, -1, &st, NULL) == SQLITE_OK);
	for (; getline(&line, &cap, stdin) > 0; n++) {
		if (n % BATCH == 0)
			sqlite3_exec(db, n == 0 ? "BEGIN IMMEDIATE" : "COMMIT; BEGIN IMMEDIATE",
			    NULL, NULL, NULL);
		bind(st, line);
		must(db, sqlite3_step(st) == SQLITE_DONE);
		sqlite3_reset(st);
	}
	must(db, n == 0 || sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK);
	free(line);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return 0;
}
