#include "bulk.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORD = 256 };

/* A record is its number between head and filling, and ends in tail. */
static const struct bulk_format {
	const char *name, *type, *prefix, *head, *middle, *tail, *suffix;
} formats[] = {
    {"json", "application/json", "{\"data\":[", "{\"id\":", ",\"text\":\"", "\"},",
	"{\"id\":0}],\"next_page\":null}"},
    {"ndjson", "application/x-ndjson", "", "{\"id\":", ",\"text\":\"", "\"}\n", ""},
    {"csv", "text/csv", "id,text\n", "", ",\"", "\"\n", ""},
};

void
bulk_begin(struct req *r)
{
	const char *name = req_query(r, "format"), *records = req_query(r, "records");

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(name != NULL ? name : "json", formats[i].name) == 0)
			r->bulk = &formats[i];
	if (r->bulk == NULL) {
		reply_error(r, 400, "error", "no such format");
		return;
	}
	r->type = r->bulk->type;
	r->bulk_records = records != NULL ? strtoull(records, NULL, 10) : 1;
}

static void
make_record(const struct bulk_format *f, uint64_t n, char *p)
{
	size_t tail = strlen(f->tail);
	int head = snprintf(p, RECORD, "%s%llu%s", f->head, (unsigned long long)n, f->middle);

	memset(p + head, 'x', RECORD - (size_t)head);
	memcpy(p + RECORD - tail, f->tail, tail);
}

/* Copies what of text lies at offset and fits; its number of bytes. */
static size_t
copy_from(const char *text, size_t n, uint64_t offset, char *buf, size_t max)
{
	size_t rest = n - (size_t)offset;

	rest = rest < max ? rest : max;
	memcpy(buf, text + offset, rest);
	return rest;
}

/* What stands at pos, up to the end of the record there; 0 at the end of the body. */
static size_t
piece_at(const struct req *r, uint64_t pos, char *buf, size_t max)
{
	const struct bulk_format *f = r->bulk;
	size_t prefix = strlen(f->prefix), suffix = strlen(f->suffix);
	char record[RECORD];
	uint64_t n;

	if (pos < prefix)
		return copy_from(f->prefix, prefix, pos, buf, max);
	pos -= prefix;
	n = pos / RECORD;
	if (r->bulk_records == 0 || n < r->bulk_records) {
		make_record(f, n + 1, record);
		return copy_from(record, RECORD, pos % RECORD, buf, max);
	}
	pos -= r->bulk_records * RECORD;
	return pos < suffix ? copy_from(f->suffix, suffix, pos, buf, max) : 0;
}

ssize_t
bulk_read(void *cls, uint64_t pos, char *buf, size_t max)
{
	size_t done = 0, n = 1;

	while (done < max && n > 0) {
		n = piece_at(cls, pos + done, buf + done, max - done);
		done += n;
	}
	return done > 0 ? (ssize_t)done : MHD_CONTENT_READER_END_OF_STREAM;
}
