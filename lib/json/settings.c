#include "json/settings.h"

#include "base/io.h"

void
nq_settings_init(struct nq_settings *s)
{
	s->text = (struct nq_buf)NQ_BUF_INIT;
	nq_doc_init(&s->doc);
}

void
nq_settings_free(struct nq_settings *s)
{
	nq_buf_wipe(&s->text);
	nq_doc_free(&s->doc);
}

static int
value_of(const struct nq_doc *d, uint32_t i, struct nq_buf *out)
{
	struct nq_buf scratch = NQ_BUF_INIT;
	struct nq_str s;
	int rc = -1;

	switch (nq_doc_type(d, i)) {
	case NQ_STRING:
		rc = nq_doc_string(d, i, &scratch, &s);
		if (rc == 0)
			nq_buf_addstr(out, s);
		break;
	case NQ_NUMBER:
	case NQ_TRUE:
	case NQ_FALSE:
		nq_buf_addstr(out, nq_doc_raw(d, i));
		rc = 0;
		break;
	default:
		break;
	}
	nq_buf_free(&scratch);
	return rc;
}

static int
from_bag(const struct nq_doc *d, const char *bag, struct nq_str name, struct nq_buf *out)
{
	return value_of(d, nq_doc_get(d, nq_doc_get(d, 0, nq_str(bag)), name), out);
}

static int
from_secrets(void *d, struct nq_str name, struct nq_buf *out)
{
	return from_bag(d, "secrets", name, out);
}

static int
from_config(void *d, struct nq_str name, struct nq_buf *out)
{
	return from_bag(d, "config", name, out);
}

static int
from_params(void *d, struct nq_str name, struct nq_buf *out)
{
	return from_bag(d, "job_params", name, out);
}

static int
from_top(void *d, struct nq_str name, struct nq_buf *out)
{
	return value_of(d, nq_doc_get(d, 0, name), out);
}

int
nq_settings_open(struct nq_settings *s, const char *path, struct nq_refs *refs, struct nq_err *err)
{
	if (nq_io_read_file(path, NQ_MAX_CONFIG, &s->text, err) == -1)
		return -1;
	if (nq_doc_parse(&s->doc, nq_buf_str(&s->text), err) == -1) {
		err->status = NQ_USAGE;
		return nq_err_at(err, "%s: ", path);
	}
	if (nq_doc_type(&s->doc, 0) != NQ_OBJECT)
		return nq_err_set(err, NQ_USAGE, "%s: the settings are not a JSON object", path);
	nq_refs_add_bag(refs, (struct nq_ref_bag){"secrets", true, from_secrets, &s->doc});
	nq_refs_add_bag(refs, (struct nq_ref_bag){"config", false, from_config, &s->doc});
	nq_refs_add_bag(refs, (struct nq_ref_bag){"job_params", false, from_params, &s->doc});
	nq_refs_add_bag(refs, (struct nq_ref_bag){"settings", false, from_top, &s->doc});
	return 0;
}
