#include "map/func.h"

#include "json/doc.h"

const struct nq_function nq_functions[] = {
    {"trim", "trim", 0, 0, "s", 's', nq_fn_trim, "without white space at both ends", NULL},
    {"upper", "upper", 0, 0, "s", 's', nq_fn_upper, "in capital letters", NULL},
    {"lower", "lower", 0, 0, "s", 's', nq_fn_lower, "in small letters", NULL},
    {"replace", "replace(old, new)", 2, 2, "sss", 's', nq_fn_replace,
	"every old text replaced by new", nq_ready_text},
    {"split", "split(separator)", 1, 1, "ss", 'a', nq_fn_split, "the parts between the separators",
	NULL},
    {"join", "join(separator)", 1, 1, "as", 's', nq_fn_join, "the items as one text", NULL},
    {"slice", "slice(from, to)", 1, 2, "*ii", '=', nq_fn_slice,
	"characters or items from, up to before to", NULL},
    {"starts_with", "starts_with(text)", 1, 1, "ss", 'b', nq_fn_starts_with,
	"whether it starts with text", NULL},
    {"ends_with", "ends_with(text)", 1, 1, "ss", 'b', nq_fn_ends_with, "whether it ends with text",
	NULL},
    {"contains", "contains(value)", 1, 1, "**", 'b', nq_fn_contains,
	"whether a text has this part, an array this item, an object this name", NULL},
    {"matches", "matches(pattern)", 1, 1, "sx", 'b', nq_fn_matches,
	"whether the POSIX extended pattern is found in it", nq_ready_pattern},
    {"sha256", "sha256", 0, 0, "s", 's', nq_fn_sha256, "its SHA-256 digest in hexadecimal", NULL},
    {"base64", "base64", 0, 0, "s", 's', nq_fn_base64, "in base64", NULL},
    {"uri", "uri", 0, 0, "s", 's', nq_fn_uri, "percent-encoded", NULL},
    {"string", "string", 0, 0, "*", 's', nq_fn_string, "as text", NULL},
    {"number", "number", 0, 0, "*", 'n', nq_fn_number, "as a number", NULL},
    {"int", "int", 0, 0, "*", 'n', nq_fn_int, "as a number without its fraction", NULL},
    {"bool", "bool", 0, 0, "*", 'b', nq_fn_bool, "as true or false", NULL},
    {"json", "json", 0, 0, "s", '*', nq_fn_json, "the value that the text spells in JSON", NULL},
    {"tojson", "tojson", 0, 0, "*", 's', nq_fn_tojson, "the value spelled in JSON", NULL},
    {"length", "length", 0, 0, "*", 'n', nq_fn_length, "characters, items or members", NULL},
    {"keys", "keys", 0, 0, "o", 'a', nq_fn_keys, "the names of the members", NULL},
    {"values", "values", 0, 0, "o", 'a', nq_fn_values, "the values of the members", NULL},
    {"first", "first", 0, 0, "a", '*', nq_fn_first, "the first item", NULL},
    {"last", "last", 0, 0, "a", '*', nq_fn_last, "the last item", NULL},
    {"map", "map(expression)", 1, 1, "ax", 'a', nq_fn_map, "what the expression makes of each item",
	NULL},
    {"filter", "filter(condition)", 1, 1, "ax", 'a', nq_fn_filter,
	"the items for which the condition holds", NULL},
    {"any", "any(condition)", 0, 1, "ax", 'b', nq_fn_any, "whether one item holds", NULL},
    {"all", "all(condition)", 0, 1, "ax", 'b', nq_fn_all, "whether every item holds", NULL},
    {"sort", "sort(expression)", 0, 1, "ax", 'a', nq_fn_sort, "in order, numbers before texts",
	NULL},
    {"unique", "unique", 0, 0, "a", 'a', nq_fn_unique, "each item once", NULL},
    {"min", "min", 0, 0, "a", '*', nq_fn_min, "the least item", NULL},
    {"max", "max", 0, 0, "a", '*', nq_fn_max, "the greatest item", NULL},
    {"sum", "sum", 0, 0, "a", 'n', nq_fn_sum, "the numbers added up", NULL},
    {"flatten", "flatten", 0, 0, "a", 'a', nq_fn_flatten, "the items of the arrays among the items",
	NULL},
    {"compact", "compact", 0, 0, "a", 'a', nq_fn_compact, "without the nulls", NULL},
    {"default", "default(value)", 1, 1, "**", '*', nq_fn_default,
	"value where it is absent, null or an empty text", NULL},
    {"lookup", "lookup(table, default)", 1, 2, "*x*", '*', nq_fn_lookup,
	"what stands under that key in a file or an object", nq_ready_lookup},
    {"to_timestamp", "to_timestamp(format)", 0, 1, "*s", 's', nq_fn_to_timestamp,
	"as RFC 3339 in UTC", nq_ready_time},
    {"format_time", "format_time(format)", 1, 1, "ss", 's', nq_fn_format_time,
	"a timestamp as strftime(3) writes it", NULL},
    {"date", "date", 0, 0, "s", 's', nq_fn_date, "the date of a timestamp in UTC", NULL},
    {"add_days", "add_days(n)", 1, 1, "si", 's', nq_fn_add_days, "so many days later", NULL},
    {NULL, NULL, 0, 0, NULL, '\0', NULL, NULL, NULL},
};

uint32_t
nq_func_find(struct nq_str name)
{
	for (uint32_t i = 0; nq_functions[i].name != NULL; i++)
		if (nq_str_is(name, nq_functions[i].name))
			return i;
	return NQ_NONE;
}

const char *
nq_func_nearest(const char *name)
{
	const char *names[sizeof(nq_functions) / sizeof(nq_functions[0])];
	size_t n = sizeof(names) / sizeof(names[0]);

	for (size_t i = 0; i < n; i++)
		names[i] = nq_functions[i].name;
	return nq_str_nearest(name, names);
}

const char *
nq_func_foreign(struct nq_str name)
{
	static const char *const names[][2] = {{"add", "sum"}, {"ascii_downcase", "lower"},
	    {"ascii_upcase", "upper"}, {"fromjson", "json"}, {"has", "contains(name)"},
	    {"len", "length"}, {"not", "not in front of the value: not .x"},
	    {"select", "filter(condition), or when in an array"}, {"sort_by", "sort(expression)"},
	    {"strftime", "format_time(format)"}, {"strptime", "to_timestamp(format)"},
	    {"sub", "replace(old, new)"}, {"gsub", "replace(old, new)"},
	    {"substr", "slice(from, to)"}, {"test", "matches(pattern)"}, {"tonumber", "number"},
	    {"tostring", "string"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (nq_str_is(name, names[i][0]))
			return names[i][1];
	return NULL;
}

const char *
nq_func_letter_name(char letter)
{
	static const struct {
		char letter;
		const char *name;
	} names[] = {{'s', "a string"}, {'n', "a number"}, {'i', "a whole number"},
	    {'a', "an array"}, {'o', "an object"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].letter == letter)
			return names[i].name;
	return "anything";
}

bool
nq_func_is_integer(const struct nq_value *v)
{
	size_t minus;

	if (v->type != NQ_NUMBER)
		return false;
	minus = v->text.p[0] == '-';
	if (v->text.n - minus > 18)
		return false;
	for (size_t i = minus; i < v->text.n; i++)
		if (v->text.p[i] < '0' || v->text.p[i] > '9')
			return false;
	return true;
}

struct nq_ready
nq_func_ready(const struct nq_call *c)
{
	uint16_t slot = c->e->prog->ins[c->at].slot;

	return slot > 0 ? c->e->prog->ready[slot - 1] : (struct nq_ready){NULL, NULL};
}

int64_t
nq_func_integer(const struct nq_value *v)
{
	bool minus = v->text.p[0] == '-';
	int64_t n = 0;

	for (size_t i = minus; i < v->text.n; i++)
		n = n * 10 + (v->text.p[i] - '0');
	return minus ? -n : n;
}
