#ifndef NQ_MAP_LEX_H
#define NQ_MAP_LEX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/faults.h"

/*
 * The words of a mapping. Texts of tokens live in the arena. A string with \(…) in it comes in
 * pieces: NQ_T_STRING_OPEN ends at the "\(", and when the parser stands at the ")" that closes
 * the expression it asks for the rest with nq_lex_rest(), which gives NQ_T_STRING_OPEN again or
 * NQ_T_STRING for the last piece.
 */
enum nq_token {
	NQ_T_END,
	NQ_T_NAME,	  /* also the keywords */
	NQ_T_FIELD,	  /* .name or ."odd key" */
	NQ_T_DOT,	  /* . alone */
	NQ_T_VAR,	  /* $name */
	NQ_T_NUMBER,	  /* its JSON text */
	NQ_T_STRING,	  /* decoded */
	NQ_T_STRING_OPEN, /* decoded, up to "\(" */
	NQ_T_SPREAD,	  /* ... */
	NQ_T_SIGN,	  /* punctuation; the text tells which */
	NQ_T_BAD,	  /* no token: the fault is told */
};

struct nq_lex {
	const char *file; /* its name, for messages */
	struct nq_str source;
	struct nq_arena *arena;
	struct nq_faults *faults;
	uint32_t wrong_at; /* where the last of them is */
	bool quiet;	   /* faults are not told */
	size_t at;
	/* the current token */
	enum nq_token type;
	struct nq_str text;
	uint32_t pos;  /* where it starts, in bytes */
	uint32_t last; /* where the one before it ended */
	bool spaced;   /* white space stands before it */
};

/* Starts and reads the first token. -1: the text is not UTF-8, too large, or starts badly. */
int nq_lex_open(
    struct nq_lex *, const char *file, struct nq_str source, struct nq_arena *, struct nq_faults *);
int nq_lex_next(struct nq_lex *);
int nq_lex_rest(struct nq_lex *);

/* Whether the current token is this punctuation or this word. */
bool nq_lex_is(const struct nq_lex *, const char *);

/* How an error message calls the current token. */
const char *nq_lex_shown(const struct nq_lex *, struct nq_buf *);

/* A fault at a place: file:line:column, the message, the source line and a caret. Returns -1. */
int nq_lex_error(struct nq_lex *, uint32_t pos, const char *, ...)
    __attribute__((format(printf, 3, 4)));

#endif
