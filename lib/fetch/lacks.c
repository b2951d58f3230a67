#include "fetch/lacks.h"

#include "fetch/follow.h"

int
nq_lacks_watermark(const struct nq_page *page, struct nq_err *err)
{
	struct nq_buf path = NQ_BUF_INIT;

	nq_follow_show(&page->spec->watermark, &path);
	nq_err_set(err, NQ_FAIL,
	    "record %llu has no watermark at '%s' (--watermark-null skip passes such records)",
	    (unsigned long long)page->records + 1, path.data);
	nq_buf_free(&path);
	return -1;
}

int
nq_lacks_list(const struct nq_page_spec *spec, struct nq_err *err)
{
	struct nq_buf path = NQ_BUF_INIT;

	nq_follow_show(&spec->records, &path);
	nq_err_set(err, NQ_FAIL,
	    "the body has no list of records at '%s' (--records names another path, "
	    "--allow-missing-records takes this as an empty page)",
	    path.data);
	nq_buf_free(&path);
	return -1;
}
