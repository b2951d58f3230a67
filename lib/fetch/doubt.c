#include "fetch/doubt.h"

#include <inttypes.h>
#include <string.h>

#include "fetch/detect.h"

void
nq_doubt_free(struct nq_doubt *d)
{
	if (d->looks)
		nq_probe_free(&d->probe);
	d->looks = false;
	nq_buf_free(&d->other);
}

void
nq_doubt_begin(struct nq_doubt *d)
{
	nq_doubt_free(d);
	d->unnamed = false;
	d->total = 0;
	nq_probe_init(&d->probe);
	d->looks = true;
}

void
nq_doubt_data(struct nq_doubt *d, const char *p, size_t n)
{
	struct nq_err ignored = NQ_ERR_INIT;

	if (d->looks)
		nq_probe_data(&d->probe, p, n, &ignored);
}

/* Whether a page that is like this has a next one: a number of pages may be 1, a flag false. */
static bool
leads_on(const char *spec)
{
	static const char *const sure[] = {"link", "next-url:", "cursor:", "page:next="};

	for (size_t i = 0; i < sizeof(sure) / sizeof(sure[0]); i++)
		if (strncmp(spec, sure[i], strlen(sure[i])) == 0)
			return strstr(spec, ",more=") == NULL;
	return false;
}

void
nq_doubt_end(struct nq_doubt *d, const struct nq_headers *h, uint64_t records)
{
	struct nq_buf why = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;

	if (!d->looks)
		return;
	d->unnamed = nq_detect_pager(&d->probe, h, records, &d->other, &why, &err) == -1;
	nq_buf_reset(&why);
	if (!nq_detect_total(&d->probe, &why, &d->total))
		d->total = 0;
	if (d->unnamed || !leads_on(d->other.data))
		nq_buf_reset(&d->other);
	nq_probe_free(&d->probe);
	d->looks = false;
	nq_buf_free(&why);
}

void
nq_doubt_tell(const struct nq_doubt *d, const struct nq_pager *p, struct nq_suspects *s)
{
	if (p->pages > 1 && !p->from_later && !s->has_total && p->rows < d->total)
		nq_suspect(s, "%" PRIu64 " record%s came of %" PRIu64 " declared on the first page",
		    p->rows, nq_plural(p->rows), d->total);
	if (p->pages != 1)
		return;
	if (d->unnamed)
		nq_suspect(s, "the walk ended on the first page, which has signs of more");
	else if (d->other.len > 0)
		nq_suspect(s, "the walk ended on the first page, which leads on by --paginate '%s'",
		    d->other.data);
}
