/* The verbs that run a command. */
#include <string.h>
#include <unistd.h>

#include "cursor.h"
#include "state/track.h"

int
do_lock(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	char **command = o.operand + 2;

	(void)row;
	if (o.operands < 3 || !o.dashes)
		return nq_err_set(
		    err, NQ_USAGE, "write '--' and the command after the names: … -- COMMAND");
	if (s->ops->lock(s, k, o.wait_ms, err) == -1)
		return -1;
	if (s->ops->guard != NULL)
		return (o.ended = s->ops->guard(s, command, err)) == -1 ? -1 : 0;
	nq_store_close(s);
	execvp(command[0], command);
	return nq_err_set(err, NQ_FAIL, "cannot run '%s':", command[0]);
}

int
do_track(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	struct nq_path path = {.n = 0, .text = NULL};
	struct nq_track t = {.max_line = o.max_line, .no_cap = o.no_cap};
	int rc = -1;

	(void)s;
	(void)k;
	(void)row;
	t.skip_null = strcmp(o.watermark_null, "skip") == 0;
	if (!t.skip_null && strcmp(o.watermark_null, "fail") != 0)
		nq_err_set(err, NQ_USAGE, "--watermark-null: write fail or skip");
	else if (o.max_line == 0 || o.max_line > NQ_MAX_LINE_CAP)
		nq_err_set(err, NQ_USAGE, "--max-line: at most 1G");
	else
		rc = nq_track_operands(&t, o.operand, o.operands, o.dashes, &path, err);
	if (rc == 0)
		rc = nq_track_env_apply(&o.env, err);
	if (rc == 0)
		rc = nq_track_run(&t, err);
	nq_path_free(&path);
	return rc;
}
