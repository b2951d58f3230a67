#include "fetch/adopt.h"

#include "base/log.h"
#include "fetch/follow.h"

int
nq_adopt_records(const struct nq_probe *probe, struct nq_page_spec *spec, struct nq_err *err)
{
	struct nq_buf path = NQ_BUF_INIT;
	int rc = nq_detect_records(probe, &path, err);

	nq_path_free(&spec->records);
	if (rc == 0)
		rc = nq_follow_path(&spec->records, nq_buf_str(&path), err);
	if (rc == 0)
		nq_log(NQ_LOG_INFO, "fetch", "records are at '%s'", path.data);
	nq_buf_free(&path);
	return rc;
}

int
nq_adopt_total(const struct nq_probe *probe, struct nq_page_spec *spec, struct nq_err *err)
{
	struct nq_buf path = NQ_BUF_INIT;
	uint64_t total;
	int rc = 0;

	nq_path_free(&spec->watch[NQ_PAGE_TOTAL]);
	spec->watching &= ~(1u << NQ_PAGE_TOTAL);
	if (nq_detect_total(probe, &path, &total)) {
		rc = nq_follow_path(&spec->watch[NQ_PAGE_TOTAL], nq_buf_str(&path), err);
		spec->watching |= 1u << NQ_PAGE_TOTAL;
	}
	nq_buf_free(&path);
	return rc;
}

int
nq_adopt_pager(const struct nq_probe *probe, const struct nq_headers *headers, uint64_t records,
    struct nq_pager *pager, struct nq_page_spec *spec, struct nq_err *err)
{
	struct nq_buf text = NQ_BUF_INIT, why = NQ_BUF_INIT;
	int rc = nq_detect_pager(probe, headers, records, &text, &why, err);

	nq_pager_free(pager);
	if (rc == 0)
		rc = nq_pager_parse(pager, text.data, err);
	if (rc == 0)
		rc = nq_pager_watch(pager, spec, err);
	if (rc == 0)
		nq_log(NQ_LOG_INFO, "fetch", "pagination is '%s', for %s", text.data, why.data);
	nq_buf_free(&text);
	nq_buf_free(&why);
	return rc;
}
