#include "generate.h"

#include <stdio.h>
#include <stdlib.h>

/* usage: generate SEED MEMBERS RECORDS DIRECTORY    writes DIRECTORY/map, DIRECTORY/jq,
 * DIRECTORY/in */

static void
member(unsigned i, unsigned d)
{
	static production *const kinds[] = {
	    gen_int, gen_str, gen_bool, gen_ints, gen_strs, gen_object};

	nq_buf_addf(&nq, "  m%u: ", i);
	nq_buf_addf(&jq, "  m%u: (", i);
	if (upto(30) == 0)
		two("$root.m ?? null", "$r.m");
	else
		kinds[upto(6)](d);
	two(",\n", "),\n");
}

static void
mapping(unsigned members)
{
	bool many = upto(3) == 0;

	two("", ". as $r |\n");
	two("let l0 = .i\nlet l1 = .s\nlet l2 = .li\n", ".i as $l0 | .s as $l1 | .li as $l2 |\n");
	two("skip if ", "if ");
	gen_bool(2);
	two(" and .j > 50\n", " and .j > 50 then empty else\n");
	two(many ? "for .lo {\n" : "{\n", many ? ".lo[] | {\n" : "{\n");
	scope = many ? ITEM : ROOT;
	for (unsigned i = 0; i < members; i++)
		member(i, upto(4) + 1);
	scope = ROOT;
	both("  end: 0\n");
	two("}\n", "} end\n");
}

static void
add_text(struct nq_buf *b, const char *name, const char *s)
{
	nq_buf_addf(b, "\"%s\":", name);
	nq_text_quote(b, nq_str(s));
	nq_buf_addc(b, ',');
}

static void
add_list(struct nq_buf *b, const char *name, bool of_texts)
{
	nq_buf_addf(b, "\"%s\":[", name);
	for (unsigned n = upto(6), i = 0; i < n; i++) {
		nq_buf_adds(b, i > 0 ? "," : "");
		if (of_texts)
			nq_text_quote(b, nq_str(any_text()));
		else
			nq_buf_addf(b, "%d", (int)upto(41) - 20);
	}
	nq_buf_adds(b, "]");
}

static void
record(struct nq_buf *b)
{
	static const char *const maybe[] = {"", "\"m\":null,", "\"m\":0,", "\"m\":17,"};
	unsigned n;

	nq_buf_addf(b, "{\"i\":%d,\"j\":%d,", (int)upto(199) - 99, (int)upto(199) - 99);
	add_text(b, "s", any_text());
	add_text(b, "t", any_text());
	add_text(b, "a", ascii_text());
	nq_buf_addf(b, "\"b\":%s,\"n\":null,\"z\":0,%s\"o\":{\"i\":%u,",
	    upto(2) == 0 ? "true" : "false", PICK(maybe), upto(100));
	add_text(b, "s", any_text());
	nq_buf_addf(b, "\"p\":{\"q\":%u},", upto(100));
	add_text(b, "odd key", any_text());
	nq_buf_adds(b, "\"l\":[]},");
	add_list(b, "li", false);
	nq_buf_addc(b, ',');
	add_list(b, "ls", true);
	nq_buf_adds(b, ",\"lo\":[");
	n = upto(4);
	for (unsigned i = 0; i < n; i++) {
		nq_buf_addf(b, "%s{\"i\":%u,\"s\":", i > 0 ? "," : "", upto(9));
		nq_text_quote(b, nq_str(any_text()));
		nq_buf_addc(b, '}');
	}
	nq_buf_adds(b, "],\"ll\":[[1,2],[],");
	nq_buf_addf(b, "%u,[%u]]}\n", upto(9), upto(9));
}

static void
save(const char *dir, const char *name, struct nq_buf *b)
{
	struct nq_buf path = NQ_BUF_INIT;
	FILE *f;

	nq_buf_addf(&path, "%s/%s", dir, name);
	f = fopen(path.data, "w");
	if (f == NULL || fwrite(b->data, 1, b->len, f) != b->len || fclose(f) != 0) {
		perror(path.data);
		exit(1);
	}
	nq_buf_free(&path);
	nq_buf_free(b);
}

int
main(int argc, char **argv)
{
	struct nq_buf in = NQ_BUF_INIT;
	unsigned long records;

	if (argc != 5)
		return 2;
	start(argv[1]);
	records = strtoul(argv[3], NULL, 10);
	mapping((unsigned)strtoul(argv[2], NULL, 10));
	for (unsigned long i = 0; i < records; i++)
		record(&in);
	save(argv[4], "map", &nq);
	save(argv[4], "jq", &jq);
	save(argv[4], "in", &in);
	return 0;
}
