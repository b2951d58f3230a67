#include "http/cassette_mask.h"

#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/secret.h"

static bool
is_number(struct nq_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

/* One byte: hidden, or the start of a secret, or passed on. */
static void
step(struct nq_cassette_mask *m, struct nq_str secret, char c, struct nq_buf *out)
{
	if (secret.n > 0 && m->hidden == 0)
		nq_buf_adds(out, is_number(secret) ? "999" : "***");
	if (secret.n > m->hidden)
		m->hidden = secret.n;
	if (m->hidden == 0)
		nq_buf_addc(out, c);
	else
		m->hidden--;
}

/* How much of the text is certain, unless more is to come: written to out. */
static size_t
scan(struct nq_cassette_mask *m, struct nq_str s, bool last, struct nq_buf *out)
{
	bool starts[256], more;
	size_t n, i, from;

	nq_secret_starts(starts);
	for (i = 0; i < s.n; i++) {
		for (from = i; m->hidden == 0 && i < s.n && !starts[(unsigned char)s.p[i]]; i++)
			;
		nq_buf_add(out, s.p + from, i - from);
		if (i == s.n)
			break;
		n = nq_secret_at((struct nq_str){s.p + i, s.n - i}, &more);
		if (more && !last)
			break;
		step(m, (struct nq_str){s.p + i, n}, s.p[i], out);
	}
	return i;
}

static void
take(struct nq_cassette_mask *m, struct nq_str piece, bool last, struct nq_buf *out)
{
	size_t done;

	nq_buf_addstr(&m->held, piece);
	done = scan(m, nq_buf_str(&m->held), last, out);
	memmove(m->held.data, m->held.data + done, m->held.len - done + 1);
	m->held.len -= done;
}

void
nq_cassette_mask_add(struct nq_cassette_mask *m, struct nq_str piece, struct nq_buf *out)
{
	if (piece.n > 0)
		take(m, piece, false, out);
}

void
nq_cassette_mask_end(struct nq_cassette_mask *m, bool cut, struct nq_buf *out)
{
	if (cut && m->held.len >= NQ_MIN_SECRET)
		nq_buf_adds(out, m->hidden == 0 ? "***" : "");
	else if (m->held.len > 0)
		take(m, (struct nq_str){NULL, 0}, true, out);
	nq_buf_free(&m->held);
	m->hidden = 0;
}

void
nq_cassette_mask(struct nq_str s, struct nq_buf *out)
{
	struct nq_cassette_mask m = NQ_CASSETTE_MASK_INIT;

	nq_cassette_mask_add(&m, s, out);
	nq_cassette_mask_end(&m, false, out);
}
