#include "fuzz.h"

#include "json/doc.h"
#include "state/nuntiq_row.h"

/* What the platform sees of a row gives the same row again. */
static void
there_and_back(const struct nq_row *row)
{
	struct nq_buf text = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;
	struct nq_row again;
	struct nq_doc doc;

	nq_row_init(&again);
	nq_doc_init(&doc);
	nq_buf_adds(&text, "{\"status\":\"succeeded\",\"cursor_type\":");
	nq_buf_addf(&text, "\"%s\",\"committed_cursor_value\":", nq_nuntiq_row_type(row));
	if (nq_row_has(row, NQ_F_CURSOR))
		nq_row_write_value(row, NQ_F_CURSOR, &text);
	else
		nq_buf_adds(&text, "null");
	nq_buf_adds(&text, ",\"metadata\":");
	if (nq_nuntiq_row_metadata(row, &text, &err) == 0) {
		nq_buf_addc(&text, '}');
		must(nq_doc_parse(&doc, nq_buf_str(&text), &err) == 0);
		must(nq_nuntiq_row_read(&again, &doc, 0, &err) == 0);
		for (int f = NQ_F_RUN_ID; f <= NQ_F_DESTINATION; f++)
			must(memchr(row->value[f].data, '\0', row->value[f].len) != NULL ||
			     nq_str_eq(nq_row_get(row, (enum nq_field)f),
				 nq_row_get(&again, (enum nq_field)f)));
		must(nq_str_eq(nq_row_get(row, NQ_F_CURSOR), nq_row_get(&again, NQ_F_CURSOR)));
	}
	nq_doc_free(&doc);
	nq_row_free(&again);
	nq_buf_free(&text);
}

/* A row as the platform may answer it: never more than a row, or an error. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct nq_doc doc;
	struct nq_err err = NQ_ERR_INIT;
	struct nq_row row;

	nq_row_init(&row);
	if (nq_doc_parse(&doc, fuzz_str(data, n), &err) == 0 &&
	    nq_nuntiq_row_read(&row, &doc, 0, &err) == 0) {
		must(nq_row_check(&row, &err) == 0);
		there_and_back(&row);
	}
	nq_row_free(&row);
	return 0;
}
