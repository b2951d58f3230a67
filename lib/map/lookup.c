#include "map/lookup.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/io.h"
#include "json/text.h"

void
nq_lookup_init(struct nq_lookup *t)
{
	*t = (struct nq_lookup){.text = NQ_BUF_INIT};
	nq_doc_init(&t->doc);
}

void
nq_lookup_free(struct nq_lookup *t)
{
	nq_doc_free(&t->doc);
	nq_buf_free(&t->text);
	free(t->slot);
	nq_lookup_init(t);
}

/* Where the key stands, or the free slot where it belongs. */
static uint32_t *
place(const struct nq_lookup *t, struct nq_str key)
{
	uint32_t i = (uint32_t)nq_hash(0, key.p, key.n) & t->mask;

	while (t->slot[i] != 0 && !nq_doc_key_is(&t->doc, t->slot[i], key))
		i = (i + 1) & t->mask;
	return &t->slot[i];
}

static int
add_key(struct nq_lookup *t, uint32_t tok, struct nq_buf *scratch, struct nq_err *err)
{
	struct nq_str key;
	uint32_t *slot;

	if (nq_doc_string(&t->doc, tok, scratch, &key) == -1)
		return nq_err_set(err, NQ_USAGE, "a key holds a lone surrogate");
	slot = place(t, key);
	if (*slot != 0)
		return nq_err_set(err, NQ_USAGE, "the key '%.*s' stands twice",
		    key.n > 100 ? 100 : (int)key.n, key.p);
	*slot = tok;
	return 0;
}

static int
add_keys(struct nq_lookup *t, struct nq_err *err)
{
	const struct nq_tok *tok = t->doc.tok;
	struct nq_buf scratch = NQ_BUF_INIT;
	int rc = 0;

	for (t->mask = 7; t->mask / 2 < tok[0].n;)
		t->mask = t->mask * 2 + 1;
	t->slot = nq_calloc((size_t)t->mask + 1, sizeof(*t->slot));
	for (uint32_t i = 1; i < tok[0].next && rc == 0; i = tok[i + 1].next)
		rc = add_key(t, i, &scratch, err);
	nq_buf_free(&scratch);
	return rc;
}

/* What is found goes into a record, which is one line: so the table is written without blanks. */
int
nq_lookup_read(struct nq_lookup *t, struct nq_str text, struct nq_err *err)
{
	if (text.p != t->text.data)
		nq_buf_addstr(&t->text, text);
	if (nq_doc_parse(&t->doc, nq_buf_str(&t->text), err) == -1)
		return -1;
	nq_text_compact(&t->text, 0);
	if (nq_doc_parse(&t->doc, nq_buf_str(&t->text), err) == -1)
		return -1;
	if (nq_doc_type(&t->doc, 0) != NQ_OBJECT)
		return nq_err_set(
		    err, NQ_USAGE, "a lookup table must be one object: {\"key\": value, …}");
	return add_keys(t, err);
}

int
nq_lookup_open(struct nq_lookup *t, const char *path, struct nq_err *err)
{
	if (nq_io_read_file(path, NQ_MAX_TABLE, &t->text, err) == -1)
		return -1;
	if (nq_lookup_read(t, nq_buf_str(&t->text), err) == -1)
		return nq_err_at(err, "%s: ", path);
	return 0;
}

uint32_t
nq_lookup_get(const struct nq_lookup *t, struct nq_str key)
{
	uint32_t tok = *place(t, key);

	return tok == 0 ? NQ_NONE : tok + 1;
}
