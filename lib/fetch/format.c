#include "fetch/format.h"

#include <string.h>

struct row {
	const char *text;
	enum nq_format format;
};

static const struct row words[] = {
    {"json", NQ_FORMAT_JSON}, {"ndjson", NQ_FORMAT_LINES}, {"csv", NQ_FORMAT_CSV}, {NULL, 0}};

static const struct row types[] = {{"application/x-ndjson", NQ_FORMAT_LINES},
    {"application/ndjson", NQ_FORMAT_LINES}, {"application/jsonl", NQ_FORMAT_LINES},
    {"application/x-jsonlines", NQ_FORMAT_LINES}, {"application/json-seq", NQ_FORMAT_LINES},
    {"text/csv", NQ_FORMAT_CSV}, {NULL, 0}};

static const struct row endings[] = {{".json", NQ_FORMAT_JSON}, {".ndjson", NQ_FORMAT_LINES},
    {".jsonl", NQ_FORMAT_LINES}, {".csv", NQ_FORMAT_CSV}, {NULL, 0}};

static bool
find(const struct row *row, const char *text, enum nq_format *format)
{
	for (; row->text != NULL; row++) {
		if (strcmp(row->text, text) != 0)
			continue;
		*format = row->format;
		return true;
	}
	return false;
}

int
nq_format_parse(const char *text, enum nq_format *format, struct nq_err *err)
{
	if (text == NULL || find(words, text, format))
		return 0;
	return nq_err_set(err, NQ_USAGE, "--format: write json, ndjson or csv, not '%s'", text);
}

enum nq_format
nq_format_of_type(const char *type)
{
	enum nq_format format = NQ_FORMAT_JSON;

	find(types, type, &format);
	return format;
}

bool
nq_format_of_name(const struct nq_buf *name, enum nq_format *format)
{
	const char *dot = strrchr(name->data, '.');

	*format = NQ_FORMAT_JSON;
	return dot != NULL && find(endings, dot, format);
}
