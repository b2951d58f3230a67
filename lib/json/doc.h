#ifndef NQ_JSON_DOC_H
#define NQ_JSON_DOC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/*
 * One JSON text as a flat list of tokens over its own bytes, read by yajl. Nothing is decoded
 * and nothing copied: a value that is passed on leaves as the slice it came in, and a value that
 * is never asked for costs only its scan. The text is borrowed and must outlive the tokens; the
 * tokens live until the next parse. One struct serves any number of texts, allocating once.
 *
 * Token 0 is the value itself. The members of an object follow it as key, value, key, value; the
 * items of an array one by one; next leads over a whole value to what comes after it.
 */
enum nq_type { NQ_ABSENT, NQ_NULL, NQ_FALSE, NQ_TRUE, NQ_NUMBER, NQ_STRING, NQ_ARRAY, NQ_OBJECT };

struct nq_tok {
	uint32_t off, len; /* the slice, quotes and brackets included */
	uint32_t next;	   /* index of the token after this value */
	uint32_t n;	   /* members or items */
	uint8_t type;	   /* enum nq_type */
	uint8_t escaped;   /* a string with backslashes */
};

struct nq_doc {
	const char *text;
	struct nq_tok *tok;
	uint32_t ntok, cap;
	/* the parser's own */
	void *yajl;
	uint32_t end; /* offset behind the last token */
	struct nq_doc_frame {
		uint32_t tok;	  /* of an open container; the first frame is the whole text's */
		uint32_t n;	  /* its values so far */
		uint64_t seen[2]; /* of an object: a bit in each word for each key so far */
	} frame[130], *top;
	bool alike; /* two keys of one object share their bits, and may be the same */
	size_t len;
	const char *refused; /* why a callback stopped the parse */
};

#define NQ_NONE UINT32_MAX /* no token */

void nq_doc_init(struct nq_doc *);
void nq_doc_free(struct nq_doc *);

/*
 * Parses one whole value: checked for UTF-8, depth (NQ_MAX_DEPTH) and size (NQ_MAX_LINE_CAP). On
 * -1 the message tells the byte where it went wrong, counted from 1, and quotes nothing; the
 * status is NQ_FAIL.
 */
int nq_doc_parse(struct nq_doc *, struct nq_str text, struct nq_err *);

static inline struct nq_str
nq_doc_raw(const struct nq_doc *d, uint32_t i)
{
	return (struct nq_str){d->text + d->tok[i].off, d->tok[i].len};
}

static inline enum nq_type
nq_doc_type(const struct nq_doc *d, uint32_t i)
{
	return i == NQ_NONE ? NQ_ABSENT : (enum nq_type)d->tok[i].type;
}

/* The value of an object's member, or NQ_NONE; of a key that stands twice, the first. */
uint32_t nq_doc_get(const struct nq_doc *, uint32_t object, struct nq_str key);

/*
 * The same for one member after the other, which mostly stand in the order in which they are
 * wanted: near, 0 for the first of an object, is where the search begins and where the next one
 * shall. Of a key that stands twice, any.
 */
uint32_t nq_doc_get_near(const struct nq_doc *, uint32_t object, struct nq_str key, uint32_t *near);

/* The item of an array, from its end where index is negative, or NQ_NONE. */
uint32_t nq_doc_item(const struct nq_doc *, uint32_t array, int64_t index);

/* Whether the key token spells this name. */
bool nq_doc_key_is(const struct nq_doc *, uint32_t key, struct nq_str name);

/*
 * The text of a string token, decoded: a slice of the document when it holds no escapes, else
 * built in scratch, which is reset first. -1: it holds a lone surrogate.
 */
int nq_doc_string(const struct nq_doc *, uint32_t i, struct nq_buf *scratch, struct nq_str *);

/* A whole number token as uint64_t; -1: not one, or too large. */
int nq_doc_uint(const struct nq_doc *, uint32_t i, uint64_t *);

#endif
