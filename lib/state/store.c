#include "state/store.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "state/file.h"

static const struct nq_store_ops *const stores[] = {&nq_file_store};

static const char *
default_where(struct nq_buf *room)
{
	const char *nq = getenv("NQ_STATE"), *xdg = getenv("XDG_STATE_HOME"),
		   *home = getenv("HOME");

	if (nq != NULL && *nq != '\0')
		return nq;
	if (xdg != NULL && *xdg == '/')
		nq_buf_addf(room, "%s/nq", xdg);
	else if (home != NULL && *home == '/')
		nq_buf_addf(room, "%s/.local/state/nq", home);
	else
		return NULL;
	return room->data;
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

int
nq_store_open(struct nq_store *s, const char *where, struct nq_buf *room, struct nq_err *err)
{
	*s = (struct nq_store){NULL, where != NULL ? where : default_where(room), 0, -1};
	if (s->where == NULL)
		return nq_err_set(err, NQ_USAGE,
		    "no place for the state: say --state DIRECTORY, or set NQ_STATE or HOME");
	if (*s->where == '\0')
		return nq_err_set(err, NQ_USAGE, "--state: the directory's name is empty");
	for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]); i++) {
		if (strncmp(s->where, stores[i]->prefix, strlen(stores[i]->prefix)) != 0)
			continue;
		if (*stores[i]->prefix == '\0' && scheme(s->where) > 0)
			continue;
		s->umask = umask(077);
		s->ops = stores[i];
		return s->ops->open(s, err);
	}
	return nq_err_set(err, NQ_USAGE,
	    "--state: this nq-cursor keeps no state in '%.*s:': write a directory "
	    "(or './%.*s:…' if it is one)",
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
