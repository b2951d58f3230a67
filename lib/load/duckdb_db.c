#include "load/duckdb_db.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "load/duckdb_functions.h"

enum { MAX_VALUES = 16, MAX_THREADS = 4, RETRY_MS = 20 };

static const char locked[] = "Could not set lock on file";

bool
nq_duckdb_refused(const char *error)
{
	static const char *const kinds[] = {
	    "Constraint Error", "Conversion Error", "Out of Range Error", "Invalid Input Error"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strncmp(error, kinds[i], strlen(kinds[i])) == 0)
			return true;
	return false;
}

int
nq_duckdb_fail(const struct nq_duckdb *d, const char *error, struct nq_err *err)
{
	const char *text = error != NULL ? error : "no reason given";

	if (strncmp(text, "Out of Memory Error", 19) == 0)
		return nq_err_set(err, NQ_TEMPFAIL,
		    "'%s': DuckDB needs more memory than %llu MiB (--duckdb-memory)", d->path,
		    (unsigned long long)d->memory >> 20);
	return nq_err_set(err, NQ_FAIL, "'%s': %.*s", d->path, (int)strcspn(text, "\n"), text);
}

int
nq_duckdb_exec(struct nq_duckdb *d, const char *sql, uint64_t *changed, struct nq_err *err)
{
	struct nq_duckdb_result r;
	int rc = d->api->query(d->con, sql, &r);

	if (rc != 0)
		nq_duckdb_fail(d, d->api->result_error(&r), err);
	else if (changed != NULL)
		*changed = d->api->rows_changed(&r);
	d->api->destroy_result(&r);
	return rc == 0 ? 0 : -1;
}

/* All rows of a chunk, until one is enough. */
static int
take_chunk(const struct nq_duckdb *d, struct nq_duckdb_chunk *c, uint64_t n, nq_duckdb_take *take,
    void *ctx, struct nq_err *err)
{
	struct nq_str value[MAX_VALUES] = {{NULL, 0}};
	struct nq_duckdb_vector *v;
	const union nq_duckdb_string *text;
	int rc = 0;

	for (uint64_t row = 0; rc == 0 && row < d->api->data_chunk_get_size(c); row++) {
		for (uint64_t i = 0; i < n; i++) {
			v = d->api->data_chunk_get_vector(c, i);
			text = d->api->vector_get_data(v);
			value[i] = (struct nq_str){NULL, 0};
			if (nq_duckdb_valid(d->api->vector_get_validity(v), row))
				value[i] = nq_duckdb_text(&text[row]);
		}
		rc = take(ctx, value, err);
	}
	return rc;
}

int
nq_duckdb_ask(
    struct nq_duckdb *d, const char *sql, nq_duckdb_take *take, void *ctx, struct nq_err *err)
{
	struct nq_buf all = NQ_BUF_INIT;
	struct nq_duckdb_result r;
	struct nq_duckdb_chunk *c;
	uint64_t n;
	int rc;

	nq_buf_addf(&all, "SELECT COLUMNS(*)::VARCHAR FROM (%s)", sql);
	rc = d->api->query(d->con, all.data, &r);
	n = rc == 0 ? d->api->column_count(&r) : 0;
	if (rc != 0 || n > MAX_VALUES)
		rc = nq_duckdb_fail(d, rc != 0 ? d->api->result_error(&r) : "too wide", err);
	while (rc == 0 && (c = d->api->fetch_chunk(r)) != NULL) {
		rc = take_chunk(d, c, n, take, ctx, err);
		d->api->destroy_data_chunk(&c);
	}
	d->api->destroy_result(&r);
	nq_buf_free(&all);
	return rc;
}

void
nq_duckdb_literal(struct nq_buf *b, struct nq_str s)
{
	nq_buf_addc(b, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\'')
			nq_buf_addc(b, '\'');
		nq_buf_addc(b, s.p[i]);
	}
	nq_buf_addc(b, '\'');
}

/* What has to be set before the file is opened. */
static struct nq_duckdb_config *
config(const struct nq_duckdb *d, struct nq_err *err)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	char threads[16], memory[32];
	const struct {
		const char *name, *value;
	} settings[] = {{"threads", threads}, {"checkpoint_threshold", "256MB"},
	    {"memory_limit", memory}, {"enable_external_access", "false"},
	    {"autoinstall_known_extensions", "false"}, {"autoload_known_extensions", "false"},
	    {"allow_community_extensions", "false"}};
	struct nq_duckdb_config *c = NULL;

	snprintf(threads, sizeof(threads), "%ld",
	    cpus < 1		 ? 1
	    : cpus < MAX_THREADS ? cpus
				 : MAX_THREADS);
	snprintf(memory, sizeof(memory), "%lluB", (unsigned long long)d->memory);
	if (d->api->create_config(&c) != 0)
		nq_err_set(err, NQ_TEMPFAIL, "'%s': out of memory", d->path);
	for (size_t i = 0; c != NULL && i < sizeof(settings) / sizeof(settings[0]); i++) {
		if (d->api->set_config(c, settings[i].name, settings[i].value) == 0)
			continue;
		nq_err_set(err, NQ_FAIL, "this libduckdb refuses %s=%s: install a newer one",
		    settings[i].name, settings[i].value);
		d->api->destroy_config(&c);
		c = NULL;
	}
	return c;
}

/* Our signals are ours: the threads that DuckDB starts shall not be the ones to take them. */
static int
open_once(struct nq_duckdb *d, struct nq_duckdb_config *c, char **error)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	rc = d->api->open_ext(d->path, &d->db, c, error);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return rc;
}

static int
open_file(struct nq_duckdb *d, struct nq_duckdb_config *c, int64_t busy_ms, struct nq_err *err)
{
	const struct timespec pause = {0, RETRY_MS * 1000000L};
	int64_t since = nq_clock_ms();
	char *error = NULL;
	int rc = 0;

	while (open_once(d, c, &error) != 0) {
		if (error == NULL || strstr(error, locked) == NULL)
			rc = nq_duckdb_fail(d, error, err);
		else if (nq_clock_ms() - since >= busy_ms || (d->stop != NULL && *d->stop != 0))
			rc = nq_err_set(err, NQ_TEMPFAIL,
			    "'%s' is locked by another program, gave up after %lld.%lld s "
			    "(--busy-timeout)",
			    d->path, (long long)busy_ms / 1000, (long long)busy_ms % 1000 / 100);
		d->api->free(error);
		error = NULL;
		if (rc == -1)
			return -1;
		nanosleep(&pause, NULL);
	}
	return 0;
}

static int
note_json(void *ctx, const struct nq_str *value, struct nq_err *err)
{
	(void)err;
	*(bool *)ctx = !nq_str_is(value[0], "0");
	return 0;
}

/* Instants are told in UTC where the library knows time zones; without them there is only UTC. */
static int
set_up(struct nq_duckdb *d, struct nq_err *err)
{
	struct nq_err ignored = NQ_ERR_INIT;

	if (d->api->connect(d->db, &d->con) != 0)
		return nq_err_set(err, NQ_FAIL, "'%s': no connection", d->path);
	nq_duckdb_exec(d, "SET TimeZone = 'UTC'", NULL, &ignored);
	if (nq_duckdb_functions(d->api, d->con) == -1)
		return nq_err_set(err, NQ_FAIL, "'%s': no functions can be added", d->path);
	if (nq_duckdb_exec(d, "SET lock_configuration = true", NULL, err) == -1)
		return -1;
	return nq_duckdb_ask(d, "SELECT count(*) FROM duckdb_types() WHERE type_name = 'JSON'",
	    note_json, &d->json, err);
}

int
nq_duckdb_open(struct nq_duckdb *d, const char *path, int64_t busy_ms, struct nq_err *err)
{
	struct nq_duckdb_config *c;
	struct stat st = {.st_mode = 0600};
	int rc;

	d->path = path;
	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
		return nq_err_set(
		    err, NQ_FAIL, "cannot open '%s': it is a symbolic link; name the file", path);
	d->api = nq_duckdb_api(err);
	c = d->api != NULL ? config(d, err) : NULL;
	if (c == NULL)
		return -1;
	/* The log that lies beside the file holds rows too, and is made whenever DuckDB likes. */
	d->mask = umask(~st.st_mode & 0777);
	d->masked = true;
	rc = open_file(d, c, busy_ms, err);
	d->api->destroy_config(&c);
	return rc == 0 ? set_up(d, err) : -1;
}

void
nq_duckdb_close(struct nq_duckdb *d)
{
	if (d->con != NULL)
		d->api->disconnect(&d->con);
	if (d->db != NULL)
		d->api->close(&d->db);
	if (d->masked)
		umask(d->mask);
	d->masked = false;
}
