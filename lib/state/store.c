#include "state/store.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beside.h"

int
nq_store_local(struct nq_buf *room, struct nq_err *err)
{
	const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (xdg != NULL && *xdg == '/')
		nq_buf_addf(room, "%s/nq", xdg);
	else if (home != NULL && *home == '/')
		nq_buf_addf(room, "%s/.local/state/nq", home);
	else
		return nq_err_set(err, NQ_USAGE,
		    "no place for the state: say --state DIRECTORY, or set NQ_STATE or HOME");
	return 0;
}

static const char *
default_where(struct nq_buf *room, struct nq_err *err)
{
	const char *nq = getenv("NQ_STATE");

	if (nq != NULL && *nq != '\0')
		return nq;
	return nq_store_local(room, err) == 0 ? room->data : NULL;
}

/* The length of what looks like the scheme of a URL in front of a colon, or 0. */
static int
scheme(const char *where)
{
	int n = 0;

	while (isalnum((unsigned char)where[n]) || (where[n] != '\0' && strchr("+-.", where[n])))
		n++;
	return n > 1 && where[n] == ':' ? n : 0;
}

static int
open_as(struct nq_store *s, const struct nq_store_ops *ops, struct nq_err *err)
{
	if (ops->program != NULL) {
		nq_beside_become(ops->program, s->opt->argv, err);
		return nq_err_at(err, "--state: ");
	}
	s->umask = umask(077);
	s->ops = ops;
	return ops->open(s, err);
}

int
nq_store_open(
    struct nq_store *s, const struct nq_store_options *opt, struct nq_buf *room, struct nq_err *err)
{
	*s = (struct nq_store){.opt = opt, .where = opt->where, .held = -1};
	if (s->where == NULL && (s->where = default_where(room, err)) == NULL)
		return -1;
	if (*s->where == '\0')
		return nq_err_set(err, NQ_USAGE, "--state: the directory's name is empty");
	for (size_t i = 0; nq_stores[i] != NULL; i++) {
		if (strncmp(s->where, nq_stores[i]->prefix, strlen(nq_stores[i]->prefix)) != 0)
			continue;
		if (*nq_stores[i]->prefix == '\0' && scheme(s->where) > 0)
			continue;
		return open_as(s, nq_stores[i], err);
	}
	return nq_err_set(err, NQ_USAGE,
	    "--state: there is no store for '%.*s:': write a directory (or './%.*s:…' if it is "
	    "one), postgresql://… or nuntiq:https://…",
	    scheme(s->where), s->where, scheme(s->where), s->where);
}

void
nq_store_close(struct nq_store *s)
{
	if (s->ops == NULL)
		return;
	s->ops->close(s);
	umask(s->umask);
	s->ops = NULL;
}
