#include "unit.h"

#include "http/origin.h"

static const struct {
	const char *a, *b;
	int same; /* -1: the second is no URL for us */
} pairs[] = {
    {"https://api.example.com/v2", "https://API.Example.com:443/x?y", 1},
    {"http://api.example.com/", "http://api.example.com:80", 1},
    {"https://api.example.com/", "http://api.example.com/", 0},
    {"https://api.example.com/", "https://api.example.com:8443/", 0},
    {"https://api.example.com/", "https://api.example.com.evil.test/", 0},
    {"https://api.example.com/", "https://evil.test/https://api.example.com/", 0},
    {"https://api.example.com/", "https://evil.test?@api.example.com/", 0},
    {"https://api.example.com/", "https://api.example.com@evil.test/", -1},
    {"https://api.example.com/", "https://u:p@api.example.com/", -1},
    {"https://api.example.com/", "file:///etc/passwd", -1},
    {"https://api.example.com/", "ftp://api.example.com/", -1},
    {"https://api.example.com/", "https://api.example.com/a b", -1},
    {"https://api.example.com/", "https://api.example.com/a\r\nX: y", -1},
    {"https://api.example.com/", "https://", -1},
    {"https://api.example.com/", "", -1},
};

static void
compares_origins(void)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_origin a, b;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		CHECK_INT(nq_origin_parse(&a, pairs[i].a, &err), 0);
		if (nq_origin_parse(&b, pairs[i].b, &err) == -1) {
			CHECK_ROW(pairs[i].same == -1, pairs[i].b);
			CHECK_INT(err.status, NQ_USAGE);
		} else {
			CHECK_ROW(
			    nq_origin_same(&a, &b) == (pairs[i].same == 1) && pairs[i].same != -1,
			    pairs[i].b);
			nq_origin_free(&b);
		}
		nq_origin_free(&a);
	}
}

static void
knows_this_host(void)
{
	static const struct {
		const char *url;
		bool here;
	} hosts[] = {
	    {"http://localhost/", true},
	    {"http://LOCALHOST:99/", true},
	    {"http://127.0.0.1/", true},
	    {"http://127.9.8.7:1/", true},
	    {"http://[::1]:80/", true},
	    {"http://127.0.0.1.evil.test/", false},
	    {"http://localhost.evil.test/", false},
	    {"http://10.0.0.1/", false},
	    {"http://[::2]/", false},
	};
	struct nq_err err = NQ_ERR_INIT;
	struct nq_origin o;

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		CHECK_INT(nq_origin_parse(&o, hosts[i].url, &err), 0);
		CHECK_ROW(nq_origin_loopback(&o) == hosts[i].here, hosts[i].url);
		nq_origin_free(&o);
	}
}

/* RFC 3986, 5.4 */
static void
resolves_references(void)
{
	static const struct {
		const char *ref, *want;
	} refs[] = {
	    {"g", "http://a/b/c/g"},
	    {"./g", "http://a/b/c/g"},
	    {"/g", "http://a/g"},
	    {"//g", "http://g/"},
	    {"?y", "http://a/b/c/d;p?y"},
	    {"g?y", "http://a/b/c/g?y"},
	    {"../g", "http://a/b/g"},
	    {"../../g", "http://a/g"},
	    {"../../../g", "http://a/g"},
	    {"https://h/x?p=2", "https://h/x?p=2"},
	};
	struct nq_buf out = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;

	for (size_t i = 0; i < sizeof(refs) / sizeof(refs[0]); i++) {
		nq_buf_reset(&out);
		CHECK_INT(nq_url_resolve("http://a/b/c/d;p?q", refs[i].ref, &out, &err), 0);
		CHECK_STR(out.data, refs[i].want);
	}
	nq_buf_free(&out);
}

static const struct unit_test tests[] = {
    {"origins are compared whole", compares_origins},
    {"what stays on this host", knows_this_host},
    {"references are resolved", resolves_references},
    {NULL, NULL},
};

int
main(int argc, char **argv)
{
	return unit_main(argc, argv, tests);
}
