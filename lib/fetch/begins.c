#include "fetch/begins.h"

#include <string.h>

#include "base/buf.h"
#include "base/secret.h"

void
nq_begins_add(struct nq_begins *b, const char *p, size_t n)
{
	size_t room = sizeof(b->text) - b->n;

	if (n > room)
		n = room;
	memcpy(b->text + b->n, p, n);
	b->n += n;
}

int
nq_begins_tell(const struct nq_begins *b, struct nq_err *err)
{
	struct nq_buf first = NQ_BUF_INIT;
	const char *like = "";

	if (b->n >= 2 && memcmp(b->text, "\x1f\x8b", 2) == 0)
		like = "like gzip, which no header says: ";
	if (b->n >= 1 && b->text[0] == '\x1e')
		like = "like a JSON text sequence (RFC 7464), which is not read: ";
	nq_secret_excerpt((struct nq_str){b->text, b->n}, NQ_BEGINS_SHOWN, &first);
	nq_err_set(err, NQ_FAIL, "the body is not JSON: it begins %s'%s'", like, first.data);
	nq_buf_free(&first);
	return -1;
}
