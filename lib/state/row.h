#ifndef NQ_STATE_ROW_H
#define NQ_STATE_ROW_H

#include "base/buf.h"
#include "base/err.h"
#include "base/watermark.h"
#include "json/doc.h"

/*
 * The delta state of one stream of one connector. Names and meaning are those of Nuntiq's
 * DeltaStreamState; run_id, lower_bound and destination are ours. Every value is kept as text and
 * an empty one is null: cursors stay as the source spelled them, records_processed is a run of
 * digits, metadata one line of JSON. Timestamps are UTC (RFC 3339).
 */
enum nq_field {
	NQ_F_CONNECTOR,
	NQ_F_STREAM,
	NQ_F_CURSOR_TYPE,
	NQ_F_CURSOR, /* committed_cursor_value */
	NQ_F_COMMITTED_AT,
	NQ_F_STATUS, /* idle, running, succeeded, failed */
	NQ_F_STARTED_AT,
	NQ_F_COMPLETED_AT,
	NQ_F_RECORDS,
	NQ_F_ERROR,
	NQ_F_METADATA,
	NQ_F_UPDATED_AT,
	NQ_F_UPDATED_BY,
	NQ_F_RUN_ID,
	NQ_F_LOWER_BOUND,
	NQ_F_DESTINATION,
	NQ_ROW_FIELDS
};

struct nq_row {
	struct nq_buf value[NQ_ROW_FIELDS];
};

void nq_row_init(struct nq_row *);
void nq_row_free(struct nq_row *);

void nq_row_set(struct nq_row *, enum nq_field, struct nq_str);
/* That of a stream that never ran. */
void nq_row_idle(struct nq_row *, const char *connector, const char *stream);
void nq_row_copy(struct nq_row *, const struct nq_row *from);

static inline struct nq_str
nq_row_get(const struct nq_row *r, enum nq_field f)
{
	return nq_buf_str(&r->value[f]);
}

static inline bool
nq_row_has(const struct nq_row *r, enum nq_field f)
{
	return r->value[f].len > 0;
}

static inline bool
nq_row_is(const struct nq_row *r, enum nq_field f, const char *text)
{
	return nq_str_is(nq_row_get(r, f), text);
}

enum nq_cursor_type nq_row_cursor_type(const struct nq_row *);

/* The name of a field, and the field of a name: -1 when there is none. */
const char *nq_row_field_name(enum nq_field);
int nq_row_field(const char *name);

/* Adds the value of one field as JSON. */
void nq_row_write_value(const struct nq_row *, enum nq_field, struct nq_buf *);

/* Adds the members, without brackets: "connector_name":"acme",…,"destination":null */
void nq_row_write(const struct nq_row *, struct nq_buf *);

/*
 * Fills the row from the members of object 0; every field must be there and of its type, and the
 * cursor must be one. Further members are not looked at.
 */
int nq_row_read(struct nq_row *, const struct nq_doc *, struct nq_err *);

/* Whether the values of a row from elsewhere can be one. */
int nq_row_check(const struct nq_row *, struct nq_err *);

/* Adds a JSON text of the document without the white space around its tokens. */
void nq_row_compact(const struct nq_doc *, uint32_t value, struct nq_buf *);

#endif
